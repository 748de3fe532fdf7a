// The panel below the inspector: the emulator's clock, its faults, and the numbers that act by themselves.

import { ask } from "./control.js";
import { make, setText } from "./element.js";
import { formatNumber } from "./format.js";

const SPEEDS = [["1×", 1, "real time"], ["10×", 10, "ten times faster"], ["Frozen", 0, "time stands still"]];

const FAULTS = [
  ["Lose a callback", { kind: "drop", count: 1 }],
  ["Repeat a callback", { kind: "duplicate", count: 1 }],
  ["Refuse a call", { kind: "error", operation: "createCall", status: 503, count: 1 }],
  ["Slow API", { kind: "slow", seconds: 5, count: 1 }],
];

export class Panel {
  constructor(root) {
    this.said = make("p", { class: "said", role: "status" });
    this.speeds = SPEEDS.map(([label, speed, title]) => make("button", {
      type: "button", title, "aria-pressed": "false", "data-speed": speed, onclick: () => this.setSpeed(speed, title),
    }, label));
    root.append(make("div", { class: "panel-grid" }, this.buildClock(), this.buildFaults(), this.said, buildNumbers()));
    this.refresh();
  }

  buildClock() {
    return make("section", { "aria-labelledby": "clock-title" },
      make("h3", { id: "clock-title" }, "Clock"),
      make("div", { class: "row" },
        make("div", { class: "segments", role: "group", "aria-label": "Speed of time" }, ...this.speeds),
        buildButton("Advance 10 s", () => this.run("Ten seconds passed.", "advance", { seconds: 10 })),
        buildButton("Reset", () => this.run("All calls, faults and changes are gone.", "reset", {}), "reset")));
  }

  buildFaults() {
    return make("section", { class: "faults", "aria-labelledby": "faults-title" },
      make("h3", { id: "faults-title" }, "Faults, the next time"),
      make("div", { class: "row" },
        ...FAULTS.map(([label, fault]) => buildButton(label, () => this.changeFaults(fault))),
        buildButton("No faults", () => this.changeFaults(undefined, "DELETE"))));
  }

  /** Reads the clock again; a reset turns it back. */
  async refresh() {
    const clock = await ask("clock").catch(() => null);
    if (clock) this.showSpeed(clock.speed);
  }

  showSpeed(speed) {
    for (const button of this.speeds) button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === speed));
  }

  async setSpeed(speed, title) {
    if (await this.run(`Clock: ${title}.`, "clock", { speed })) this.showSpeed(speed);
  }

  async changeFaults(fault, method) {
    const answer = await this.run("", "faults", fault, method);
    const count = answer?.faults?.length;
    if (answer) setText(this.said, count ? `Faults that wait to strike: ${count}.` : "No faults are set.");
  }

  async run(words, ...request) {
    try {
      const answer = await ask(...request);
      setText(this.said, words);
      return answer ?? {};
    } catch (error) {
      setText(this.said, error.message);
      return null;
    }
  }
}

function buildButton(label, onclick, action = null) {
  return make("button", { type: "button", class: action === "reset" ? "small risky" : "small", "data-action": action, onclick }, label);
}

function buildNumbers() {
  const body = make("tbody");
  const details = make("details", { class: "numbers" }, make("summary", {}, "Numbers that act by themselves"),
    make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Number"), make("th", { scope: "col" }, "What it does"))), body));
  details.addEventListener("toggle", async () => {
    if (!details.open || body.children.length) return;
    const numbers = await ask("numbers").catch(() => []);
    body.replaceChildren(...group(numbers).map(({ first, last, words }) => make("tr", {},
      make("th", { scope: "row" }, formatNumber(first) + (last === first ? "" : ` to ${last.slice(-4)}`)), make("td", {}, words))));
  });
  return details;
}

// Neighbours that do the same share a row.
function group(numbers) {
  const rows = [];
  for (const { number, summary, behaviour } of numbers) {
    const words = summary ?? behaviour;
    const row = rows.at(-1);
    if (row?.words === words) row.last = number;
    else rows.push({ first: number, last: number, words });
  }
  return rows;
}
