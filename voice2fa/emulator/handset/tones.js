// The sounds of a telephone, made with WebAudio: a ring and the tones of the keys.

// ITU-T Q.23: each key sounds one low and one high frequency, in hertz.
const LOW = { 1: 697, 2: 697, 3: 697, 4: 770, 5: 770, 6: 770, 7: 852, 8: 852, 9: 852, "*": 941, 0: 941, "#": 941 };
const HIGH = { 1: 1209, 4: 1209, 7: 1209, "*": 1209, 2: 1336, 5: 1336, 8: 1336, 0: 1336, 3: 1477, 6: 1477, 9: 1477, "#": 1477 };

const RING_EVERY = 3000; // milliseconds

export class Tones {
  constructor(onchange) {
    this.isOn = true;
    this.isRinging = false;
    this.context = null;
    this.timer = null;
    this.ringGain = null;
    this.onchange = onchange;
  }

  /** Says whether the browser keeps us silent until somebody clicks. */
  isBlocked() {
    return this.isOn && this.context !== null && this.context.state !== "running";
  }

  /** Opens the sound; browsers allow it from a click or a key press on. */
  unlock() {
    const context = this.open();
    if (context && context.state === "suspended") context.resume().catch(() => {});
  }

  turn(isOn) {
    this.isOn = isOn;
    if (!isOn) this.silence();
    else if (this.isRinging) this.ring();
    this.onchange();
  }

  /** Rings, or stops ringing. */
  setRinging(isRinging) {
    if (this.isRinging === isRinging) return;
    this.isRinging = isRinging;
    if (isRinging) this.ring();
    else this.silence();
  }

  /** Sounds one key. */
  press(key) {
    const context = this.isOn ? this.open() : null;
    if (!context || context.state !== "running") return;
    this.sound(context, [LOW[key], HIGH[key]], { at: context.currentTime, seconds: 0.14, volume: 0.08 });
  }

  open() {
    if (!this.context && window.AudioContext) {
      this.context = new AudioContext();
      this.context.onstatechange = () => {
        this.onchange();
        if (this.isRinging && this.context.state === "running") this.ring();
      };
    }
    return this.context;
  }

  ring() {
    this.silence();
    const context = this.isOn ? this.open() : null;
    if (!context) return;
    this.onchange();
    if (context.state !== "running") return;
    this.ringGain = context.createGain();
    this.ringGain.connect(context.destination);
    for (const offset of [0.02, 0.62]) this.strike(context, context.currentTime + offset);
    this.timer = setTimeout(() => this.ring(), RING_EVERY);
  }

  // A bell: two notes that change places twenty times a second.
  strike(context, at) {
    for (let step = 0; step < 8; step += 1) {
      const note = step % 2 ? [784, 1568] : [659, 1319];
      this.sound(context, note, { at: at + step * 0.05, seconds: 0.09, volume: 0.05, into: this.ringGain });
    }
  }

  sound(context, frequencies, { at, seconds, volume, into = context.destination }) {
    const gain = context.createGain();
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(volume, at + 0.008);
    gain.gain.setValueAtTime(volume, at + seconds - 0.03);
    gain.gain.linearRampToValueAtTime(0, at + seconds);
    gain.connect(into);
    for (const frequency of frequencies) {
      const oscillator = new OscillatorNode(context, { frequency });
      oscillator.connect(gain);
      oscillator.start(at);
      oscillator.stop(at + seconds);
    }
  }

  silence() {
    clearTimeout(this.timer);
    this.ringGain?.disconnect();
    this.ringGain = null;
  }
}
