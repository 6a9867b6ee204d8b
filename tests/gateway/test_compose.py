"""compose.yaml, as far as it can be checked without Docker: it parses, refers only to what is there, and its
settings are usable.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.settings import Settings, read_settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_every_reference_between_services_networks_volumes_and_configs_is_kept() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"]), name
        assert {mount.partition(":")[0] for mount in service.get("volumes", [])} <= set(COMPOSE["volumes"]), name
        assert {config["source"] for config in service.get("configs", [])} <= set(COMPOSE["configs"]), name
        waited_for = {
            other for other, how in service.get("depends_on", {}).items() if how["condition"] == "service_healthy"
        }
        assert all("healthcheck" in SERVICES[other] for other in waited_for), name


@pytest.mark.parametrize("name", ["migrate", "administrator", "gateway1", "gateway2"])
def test_a_gateway_starts_with_the_settings_that_compose_gives_it(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    values = {"SECRET_KEY": "k" * 40, "ADMIN_PASSWORD": "password of some length"}
    monkeypatch.chdir(tmp_path)
    for setting in Settings.model_fields:
        monkeypatch.delenv(setting.upper(), raising=False)
    for setting, given in SERVICES[name]["environment"].items():
        assert setting.lower() in Settings.model_fields
        filled = re.sub(
            r"\$\{(\w+)(?::-([^}]*))?[^}]*\}", lambda match: values.get(match[1], match[2] or "secret"), given
        )
        monkeypatch.setenv(setting, filled.replace("/certificates/ca.pem", str(authority)))

    settings = read_settings()

    assert settings.is_production
    assert not settings.needs_embedded


def test_what_the_image_copies_is_there() -> None:
    copied = re.findall(r"^COPY (.+) \S+$", SERVICES["gateway1"]["build"]["dockerfile_inline"], re.MULTILINE)

    assert copied
    assert all((ROOT / source).exists() for sources in copied for source in sources.split())


def test_databases_are_not_reachable_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]
    assert COMPOSE["networks"]["databases"] == {"internal": True}
