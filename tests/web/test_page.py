"""The explorer in a real browser: headless Chromium on the folder that scripts/web makes.

    LAYERFLOW_PAGE=target/web python3 -m pytest tests/web        (needs pytest, selenium and pillow; chromium and chromedriver)
"""

import functools
import http.server
import io
import json
import os
import pathlib
import threading
import time

import pytest
from PIL import Image, ImageChops
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PAGE = pathlib.Path(os.environ.get("LAYERFLOW_PAGE", "target/web")).resolve()
# A page whose program is not optimised takes its time; nothing here measures any.
PATIENCE = 240
SPIRAL = "spiral in space – layerflow"
NETWORK = {
    "format": "layerflow.network/1",
    "name": "quarter turn",
    "layers": [{"type": "dense", "weight": [[0, -2], [1, 0]], "bias": [0.5, 0]}],
}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=PAGE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


@pytest.fixture
def downloads(tmp_path):
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def page(address, downloads, tmp_path):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in [
        "--headless",
        "--no-sandbox",
        "--window-size=1280,800",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]:
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))
    try:
        # Without a screen the browser would answer its dialog for files at once, as if it were cancelled.
        driver.execute_cdp_cmd("Page.setInterceptFileChooserDialog", {"enabled": True})
        driver.get(address)
        wait_for_title(driver, SPIRAL)
        yield driver
        assert said(driver) == ""
        severe = [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
        assert not severe, severe
    finally:
        driver.quit()


def said(page):
    return page.find_element(By.ID, "said").text


def wait_until(answer, what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := answer():
            return found
        time.sleep(0.2)
    raise AssertionError(what())


def wait_for_title(page, title):
    wait_until(lambda: page.title == title, lambda: f"{page.title!r} in place of {title!r}; {said(page)!r}")


def picture(page):
    return Image.open(io.BytesIO(page.get_screenshot_as_png())).convert("RGB")


def differing(one, other):
    """The share of the pixels that differ."""
    different = ImageChops.difference(one, other).convert("L").point(lambda value: 255 if value > 8 else 0)
    return different.histogram()[255] / (one.width * one.height)


def stop(page):
    """Stops the flow, which plays at first, and gives the picture once nothing moves any more."""
    press(page, Keys.SPACE)
    pictures = [picture(page)]

    def is_still():
        time.sleep(1)
        pictures.append(picture(page))
        return differing(pictures[-2], pictures[-1]) == 0

    wait_until(is_still, lambda: "the page does not come to rest")
    return pictures[-1]


def press(page, *keys):
    chain = ActionChains(page)
    for key in keys[:-1]:
        chain.key_down(key)
    chain.send_keys(keys[-1])
    for key in reversed(keys[:-1]):
        chain.key_up(key)
    chain.perform()


def carry_out(page, command):
    """What a person types into the list of commands."""
    press(page, Keys.CONTROL, "k")
    time.sleep(1)
    ActionChains(page).send_keys(command).pause(1).send_keys(Keys.RETURN).perform()


def file_field(page):
    found = wait_until(lambda: page.find_elements(By.ID, "layerflow-file"), lambda: "the browser was not asked for a file")
    return found[0]


def network_file(folder):
    path = folder / "quarter turn.json"
    path.write_text(json.dumps(NETWORK))
    return path


def test_the_embedded_example_is_drawn_plays_and_stops(page):
    first = picture(page)
    assert first.getcolors(200) is None, "an empty picture"
    wait_until(lambda: differing(first, picture(page)) > 0.002, lambda: "nothing moves")
    stop(page)


def test_a_file_is_opened_and_saved_as_a_download(page, downloads, tmp_path):
    stop(page)
    press(page, Keys.CONTROL, "o")
    file_field(page).send_keys(str(network_file(tmp_path)))
    wait_for_title(page, "quarter turn – layerflow")
    carry_out(page, "Save network as JSON")
    saved = wait_until(lambda: list(downloads.glob("*.json")), lambda: f"{list(downloads.iterdir())}")
    written = json.loads(saved[0].read_text())
    assert written["layers"][0]["weight"] == NETWORK["layers"][0]["weight"]
    assert written["layers"][0]["bias"] == NETWORK["layers"][0]["bias"]


def test_files_are_dropped_and_a_wrong_one_leaves_what_is_open(page):
    before = stop(page)
    drop(page, "garbage.onnx", "this is no network")
    wait_until(lambda: differing(before, picture(page)) > 0.001, lambda: "nothing is said of a wrong file")
    assert page.title == SPIRAL
    drop(page, "quarter turn.json", json.dumps(NETWORK))
    # A network dropped on another: it is asked what becomes of it, and the first answer shows it.
    time.sleep(2)
    press(page, Keys.RETURN)
    wait_for_title(page, "quarter turn – layerflow")


def test_a_network_is_trained_while_the_page_goes_on(page):
    stop(page)
    carry_out(page, "New network")
    wait_until(lambda: page.title not in (SPIRAL, ""), lambda: page.title)
    before = page.title
    carry_out(page, "Train one epoch")
    wait_until(lambda: page.title.startswith("*") or page.title != before, lambda: page.title)


def drop(page, name, content):
    page.execute_script(
        """
        const data = new DataTransfer();
        data.items.add(new File([arguments[1]], arguments[0]));
        const canvas = document.getElementById("layerflow");
        for (const kind of ["dragenter", "dragover", "drop"]) {
            canvas.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true, clientX: 600, clientY: 300}));
        }
        """,
        name,
        content,
    )
