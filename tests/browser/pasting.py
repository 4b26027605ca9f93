"""Pasting, as a person does with the keys: the clipboard of a browser without a screen cannot be written to."""

from playwright.sync_api import Locator

PASTE = """(field, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def paste(field: Locator, text: str) -> None:
    field.focus()
    field.evaluate(PASTE, text)
