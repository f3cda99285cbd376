"""A run as its state folder tells it: the manifest, the kernel it was made by, the journal."""

from dataclasses import dataclass
from pathlib import Path

from traider.domain.errors import UsageError
from traider.journal.segment_files import list_segments
from traider.kernel.specification import KernelSpec
from traider.runtime.config import Config, config_digest
from traider.runtime.run_request import config_from
from traider.runtime.state_folder import RunManifest, RunPaths, present_versions, read_manifest
from traider.runtime.status_body import Mode
from traider.runtime.strategy_target import stream_spec
from traider.runtime.stream_sources import stream_sources
from traider.runtime.trading.recovery import Follower

SIMULATED: frozenset[Mode] = frozenset({Mode.PAPER, Mode.SHADOW})
"""Modes whose orders go to the kernel's simulated venue."""


@dataclass(frozen=True)
class RecordedRun:
    """What was run, and the settings that decided in it."""

    paths: RunPaths
    manifest: RunManifest
    config: Config

    @classmethod
    def open(cls, folder: Path) -> "RecordedRun":
        """Return the run of a state folder.

        Raises:
            UsageError: the folder holds no run.
            DataError: its manifest cannot be read.
            ConfigError: its settings are not known any more.
        """
        paths = RunPaths(folder)
        manifest = read_manifest(folder)
        if manifest is None:
            raise UsageError(
                "holds no run", where=str(folder), fix="name the --state folder of traider run"
            )
        if not (paths.journal.is_dir() and list_segments(paths.journal)):
            raise UsageError(
                "the run has not journaled anything yet", where=str(folder), fix="let it begin"
            )
        return cls(paths, manifest, config_from(manifest.settings, Config()))

    @property
    def simulates(self) -> bool:
        """Whether its orders went to the simulated venue."""
        return self.manifest.mode in SIMULATED

    @property
    def digest(self) -> str:
        """Digest of its settings as they are in the manifest now, hexadecimal.

        A setting that came with a later version is not among them.
        """
        return config_digest(self.config, self.manifest.settings).hex()

    def spec(self) -> KernelSpec:
        """Return the kernel of the run.

        Raises:
            StrategyError: an alpha of it is not there any more, or cannot be compiled.
        """
        sources = stream_sources(self.config, self.manifest.instruments)
        return stream_spec(self.config, sources)

    def changed_versions(self) -> tuple[str, ...]:
        """Say which versions were others when the run was begun."""
        present = present_versions()
        return tuple(
            f"begun with {name} {version}, this is {present.get(name, 'without it')}"
            for name, version in self.manifest.versions.items()
            if present.get(name) != version
        )


def recorded_follower(folder: Path) -> Follower:
    """Return a kernel that follows the run of a state folder.

    Raises:
        TraiderError: the run or its settings cannot be read.
    """
    run = RecordedRun.open(folder)
    return Follower(run.spec(), simulates=run.simulates)
