"""Features: what the strategy computes, what each means, and its values now."""

from fastapi import APIRouter, Depends

from traider.api.asking import needs
from traider.api.facts import FactsNow
from traider.api.following import FollowedRun
from traider.api.openapi import problems
from traider.api.reading import features
from traider.api.reading.looking import chosen, looked, number_of
from traider.api.rights import Right
from traider.api.routes.asked import InstrumentChosen, InstrumentInPath
from traider.api.shapes.features import Catalogue, Feature, Features, FeatureValues

router = APIRouter(
    prefix="/features",
    tags=["features"],
    dependencies=[Depends(needs(Right.READ))],
    responses=problems(401, 403, 404, 409, 422),
)


@router.get("", summary="What the strategy computes, and the values now")
def features_now(facts: FactsNow, instrument: InstrumentChosen = "") -> Features:
    """Return meaning, unit and readers of every feature, and its values by instrument."""

    def read(run: FollowedRun) -> tuple[list[Feature], list[FeatureValues]]:
        values = [features.feature_values(run, number) for number in chosen(run, instrument)]
        return features.features(run), values

    (found, values), stands = looked(facts.view, read)
    return Features(items=found, values=values, as_of=stands)


@router.get("/catalogue", summary="Everything that a feature can be made of")
def features_catalogue() -> Catalogue:
    """Return the dictionary of features and shorthands, for expressions and for charts."""
    return Catalogue(items=features.catalogue())


@router.get("/{instrument}", summary="The features of one instrument now")
def features_of_instrument(facts: FactsNow, instrument: InstrumentInPath) -> FeatureValues:
    """Return the values of every feature for one instrument."""
    found, _ = looked(
        facts.view, lambda run: features.feature_values(run, number_of(run, instrument))
    )
    return found
