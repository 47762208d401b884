"""Mails a code with its picture inline."""
import smtplib
from email.message import EmailMessage
from email.utils import make_msgid


def mail_code(host, port, recipient, name, png):
    message = EmailMessage()
    message["From"] = "Reception <reception@example.org>"
    message["To"] = recipient
    message["Subject"] = f"Your code for the door, {name}"
    message.set_content("Hold the picture in this mail up to the camera at the door.")
    picture = make_msgid(domain="example.org")
    message.add_alternative(f'<p>Hold this up to the camera at the door:</p><img src="cid:{picture[1:-1]}" alt="QR code">', subtype="html")
    message.get_payload()[1].add_related(png, "image", "png", cid=picture)
    with smtplib.SMTP(host, port, timeout=20) as smtp:
        smtp.send_message(message)
