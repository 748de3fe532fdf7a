// The handset page: a telephone for every number that the emulated carrier calls, and a view of the wire.

import { Desk } from "./desk.js";
import { Dial } from "./dial.js";
import { setText, show } from "./element.js";
import { formatClock } from "./format.js";
import { Inspector } from "./inspector.js";
import { listenForKeys } from "./keyboard.js";
import { Panel } from "./panel.js";
import { recall, remember } from "./settings.js";
import { Voice } from "./speech.js";
import { phase, Store } from "./store.js";
import { listen } from "./stream.js";
import { Tones } from "./tones.js";

const TITLE = document.title;
const BESIDE = "(min-width: 56rem)"; // as in handset.css: from here on the inspector stands beside the phone

const find = (selector) => document.querySelector(selector);

const store = new Store();
const unblock = find("[data-action=unblock]");
const tones = new Tones(() => show(unblock, tones.isBlocked()));
const voice = new Voice();
const desk = new Desk({ shelf: find("#shelf"), idle: find("#idle"), alert: find("#alert"), store, tones, voice });
const inspector = new Inspector({ calls: find("#calls"), empty: find("#no-calls"), wire: find("#wire"), store });

const dial = new Dial(find("#dial"), store);

store.subscribe(() => desk.update());
store.subscribe(() => dial.update());
store.subscribe(() => inspector.update());
store.subscribe(showTitle);

setUpSwitches();
setUpSound();
setUpFold();
const panel = new Panel(find("#panel"));
setInterval(tick, 1000);
tick();
desk.update();
inspector.update();

listen("/_control/events", {
  snapshot: ({ calls }) => store.replace(calls ?? []),
  call: (call) => {
    if (phase(call) === "ended") voice.hush(call.callId);
    store.put(call);
  },
  exchange: ({ callId, exchange }) => store.putExchange(callId, exchange),
  speech: (line) => desk.say(line),
  silence: ({ callId }) => voice.hush(callId),
  reset: () => {
    voice.hush();
    store.clear();
    panel.refresh();
  },
}, showLink);

function setUpSwitches() {
  const keyboard = { isOn: true, turn(isOn) { this.isOn = isOn; } };
  const switches = { sound: tones, voice, keyboard };
  for (const [name, device] of Object.entries(switches)) {
    const button = find(`.toggle[data-action=${name}]`);
    const turn = (isOn) => {
      button.setAttribute("aria-pressed", String(isOn));
      device.turn(isOn);
      document.body.classList.toggle(`${name}-off`, !isOn);
    };
    turn(recall(name));
    button.addEventListener("click", () => {
      const isOn = button.getAttribute("aria-pressed") !== "true";
      remember(name, isOn);
      turn(isOn);
    });
  }
  show(find(".toggle[data-action=voice]"), Voice.isAvailable());
  listenForKeys(desk, () => keyboard.isOn);
}

// Browsers keep a page silent until somebody clicks or types in it: the first gesture of any kind opens the sound.
function setUpSound() {
  unblock.addEventListener("click", () => tones.unlock());
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => tones.unlock(), { once: true });
}

function setUpFold() {
  const wide = window.matchMedia(BESIDE);
  const fold = () => { find("#inspector").open = wide.matches; };
  wide.addEventListener("change", fold);
  fold();
}

function showLink(isUp) {
  const banner = find("#link");
  banner.classList.toggle("shown", !isUp);
  setText(banner, isUp ? "" : "Connection to the emulator lost. Trying again…");
  if (isUp) {
    panel.refresh();
  } else {
    tones.setRinging(false);
    voice.hush();
  }
}

function tick() {
  const now = new Date();
  for (const clock of document.querySelectorAll("[data-time]")) setText(clock, formatClock(now));
  setText(find("[data-date]"), now.toLocaleDateString("en", { weekday: "long", month: "long", day: "numeric" }));
  desk.tick();
  showTitle();
}

function showTitle() {
  const ringing = store.list().some((call) => phase(call) === "ringing");
  const isBeat = new Date().getSeconds() % 2 === 0 && !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const words = {
    ringing: isBeat ? `${TITLE} ☎` : "☎ Ringing", calling: `☎ Calling · ${TITLE}`, answered: `☎ In call · ${TITLE}`,
  };
  const title = ringing ? words.ringing : words[desk.phase] ?? TITLE;
  if (document.title !== title) document.title = title;
}
