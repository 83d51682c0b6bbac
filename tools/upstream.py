"""Exports against the packages of DataHub and OpenMetadata themselves: ``python -m tools.upstream``.

Both are too heavy for the development environment (DataHub brings some thirty packages, OpenMetadata pins what it
cannot install), so they get a throw-away one: DataHub as it is, OpenMetadata without its dependencies, for its models
need few of them. Run it when an export changes; the suite compares with the closed schema in
``tests/reports/export/catalogues-used.json``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HEAVY = ["acryl-datahub", "sqlalchemy", "email-validator", "jsonpatch"]
WITHOUT_DEPENDENCIES = ["openmetadata-ingestion"]

CHECK = r"""
import json, pathlib, sys, sysconfig, types
from datahub.ingestion.source.file import read_metadata_file
from datahub.metadata.schema_classes import MetadataChangeProposalClass, TagAssociationClass, TagPropertiesClass
from datahub.utilities.urns.urn import Urn

metadata = types.ModuleType("metadata")  # without the package's own start, which needs what is not installed
metadata.__path__ = [str(pathlib.Path(sysconfig.get_path("purelib")) / "metadata")]
sys.modules["metadata"] = metadata
from metadata.generated.schema.api.classification.createClassification import CreateClassificationRequest
from metadata.generated.schema.api.classification.createTag import CreateTagRequest
from metadata.generated.schema.type.tagLabel import TagLabel

for folder in map(pathlib.Path, sys.argv[1:]):
    proposals = json.loads((folder / "datahub.json").read_bytes())
    for one in proposals:
        assert MetadataChangeProposalClass.from_obj(one).validate(), one
        Urn.from_string(one["entityUrn"])
        value = json.loads(one["aspect"]["value"])
        if one["changeType"] == "UPSERT":
            assert TagPropertiesClass.from_obj(value).validate(), value
        else:
            assert all(TagAssociationClass.from_obj(operation["value"]).validate() for operation in value), value
    assert len(list(read_metadata_file(folder / "datahub.json"))) == len(proposals)
    document = json.loads((folder / "openmetadata.json").read_bytes())
    CreateClassificationRequest.model_validate(document["classification"])
    tags = [CreateTagRequest.model_validate(tag) for tag in document["tags"]]
    labels = [TagLabel.model_validate(t) for d in document["tables"] for c in d["columns"] for t in c["tags"]]
    print(f"{folder.name}: DataHub {len(proposals)} proposals, OpenMetadata {len(tags)} tags and {len(labels)} labels")
"""


def main() -> int:
    """Render, install, check. Returns the exit code of the check."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folders = list(_rendered(root))
        environment = root / "venv"
        venv.create(environment, with_pip=True)
        python = environment / "bin" / "python"
        pip = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--no-deps", *WITHOUT_DEPENDENCIES], check=True)
        subprocess.run([*pip, *HEAVY], check=True)
        return subprocess.run([python, "-c", CHECK, *folders], check=False).returncode


def _rendered(root: Path) -> list[Path]:
    """Exports of an ordinary outcome and of one whose every name is an attack."""
    from derbes.reports.export import open_export
    from tests.reports.outcomes import databases, outcome

    folders = []
    for name, made in (("usual", outcome()), ("hostile", databases())):
        folder = root / name
        folder.mkdir()
        for export in ("datahub", "openmetadata"):
            (folder / f"{export}.json").write_bytes(open_export(export, "ru").render(made))
        folders.append(folder)
    return folders


if __name__ == "__main__":
    sys.exit(main())
