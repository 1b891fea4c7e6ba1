"""tenggat calendar: a decree from a file, tried out, and the year beside the library."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import build
from tests.world import World

pytestmark = pytest.mark.starts("2026-12-15T10:00:00+07:00")


async def tenggat(world: World, *arguments: str) -> Result:
    env = {
        "TENGGAT_HOME": str(world.settings.home),
        "DATABASE_URL": world.settings.database_url,
        "TEMPORAL_ADDRESS": world.settings.temporal_address,
        "TENGGAT_SECRET_KEY": world.settings.secret_key,
    }
    line = list(arguments)
    return await asyncio.to_thread(CliRunner().invoke, build(line), line, env=env)


async def test_a_decree_is_imported_tried_out_and_listed(world: World, tmp_path: Path) -> None:
    await world.register()
    await world.rest()
    file = tmp_path / "skb.csv"
    file.write_text("date,kind,name,name_en\n2026-12-16,joint_leave,Cuti Bersama Contoh,Joint Leave\n")
    given = ("--instrument", "SKB Contoh 1/2026", "--reason", "Cuti bersama ditambah", "--json")
    result = await tenggat(world, "calendar", "import", str(file), *given)
    assert result.exit_code == 0, result.output
    foreseen = json.loads(result.stdout)
    assert (foreseen["moving"], foreseen["later"], foreseen["told"]) == (2, 2, 0)
    lines = json.loads((await tenggat(world, "calendar", "lines", foreseen["case_id"], "--json")).stdout)
    assert {line["deadline"] for line in lines} == {"registration_target", "registration_reminder"}
    (listed,) = json.loads((await tenggat(world, "calendar", "list", "--json")).stdout)
    assert (listed["status"], listed["instrument"]) == ("previewed", "SKB Contoh 1/2026")
    days = json.loads((await tenggat(world, "calendar", "diff", "2026", "--json")).stdout)
    assert {day["finding"] for day in days} == {"only_library"}, "nothing holds before approval"


async def test_a_wrong_file_is_refused_by_its_line(world: World, tmp_path: Path) -> None:
    file = tmp_path / "skb.csv"
    file.write_text("date,kind,name\nbesok,holiday,Libur\n")
    result = await tenggat(
        world, "calendar", "import", str(file), "--instrument", "SKB", "--reason", "Contoh"
    )
    assert result.exit_code == 1
    assert "Line 1" in result.output or "Line 2" in result.output
