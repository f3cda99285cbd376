"""The feature store: rows of features and signals by the content hash of their definition.

Written by one writer, live and offline; read by time and as of an instant, never ahead of it;
checked; listed with what they mean. It keeps rows in any market store and definitions as JSON
files by hash. The rest of the features' room knows nothing of it and stays free of files.
"""

from traider.features.store.checking import CheckTerms, check_sheet
from traider.features.store.definition_folder import DefinitionFolder
from traider.features.store.listing import Held, held_series
from traider.features.store.reading import FeatureReader
from traider.features.store.sheets import Sheet, series_key
from traider.features.store.writing import FeatureWriter, Written

__all__ = [
    "CheckTerms",
    "DefinitionFolder",
    "FeatureReader",
    "FeatureWriter",
    "Held",
    "Sheet",
    "Written",
    "check_sheet",
    "held_series",
    "series_key",
]
