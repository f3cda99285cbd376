"""What all shapes have in common."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A model whose descriptions are the texts under its fields."""

    model_config = ConfigDict(
        allow_inf_nan=False,
        extra="forbid",
        frozen=True,
        from_attributes=True,
        use_attribute_docstrings=True,
    )
