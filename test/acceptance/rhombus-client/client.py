"""client.py doors | generate DOOR SECONDS FILE | mail DOOR HOST PORT TO NAME FILE | bulk DOOR ATTENDEES FOLDER | codes | unlock DOOR

Prints JSON. Address and key come from RHOMBUS_URL and RHOMBUS_API_KEY.
"""
import csv
import json
import pathlib
import sys

from mail import mail_code
from rhombus import Rhombus

DAY = 24 * 3600


def generate(rhombus, door, seconds, file, principal=None):
    token, png = rhombus.generate(door, int(seconds), principal)
    pathlib.Path(file).write_bytes(png)
    return {"accessTokenUuid": token, "file": str(file)}


def mail(rhombus, door, host, port, recipient, name, file):
    made = generate(rhombus, door, DAY, file, recipient)
    mail_code(host, int(port), recipient, name, pathlib.Path(file).read_bytes())
    return made


def bulk(rhombus, door, attendees, folder):
    """A code for each attendee; which is whose stands in results.csv."""
    folder = pathlib.Path(folder)
    folder.mkdir()
    with open(attendees, newline="", encoding="utf-8") as source, open(folder / "results.csv", "w", newline="", encoding="utf-8") as target:
        results = csv.DictWriter(target, ["name", "email", "qr_code", "access_token_uuid"])
        results.writeheader()
        for number, attendee in enumerate(csv.DictReader(source), 1):
            made = generate(rhombus, door, DAY, folder / f"{number:03}.png", attendee["email"])
            results.writerow({**attendee, "qr_code": made["file"], "access_token_uuid": made["accessTokenUuid"]})
    return {"results": str(folder / "results.csv")}


COMMANDS = {
    "doors": lambda rhombus: list(rhombus.doors(page_size=1)),
    "generate": generate,
    "mail": mail,
    "bulk": bulk,
    "codes": lambda rhombus: rhombus.codes(),
    "unlock": lambda rhombus, door: rhombus.unlock(door),
}

if __name__ == "__main__":
    verb, *arguments = sys.argv[1:]
    print(json.dumps(COMMANDS[verb](Rhombus.from_environment(), *arguments)))
