// Speaks to the emulator's control plane, never to the carrier API that it emulates.

/** Asks the control plane; returns the JSON, or throws an Error whose message people can read. */
export async function ask(path, body, method = body === undefined ? "GET" : "POST") {
  const options = body === undefined ? { method } : {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(`/_control/${path}`, options);
  } catch {
    throw new Error("The emulator does not answer.");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Error(answer?.error ?? `The emulator said ${response.status}.`);
  return answer;
}

/** Does to a call what a person with a phone does: answer, press, hangup, reject, busy or machine. */
export function act(callId, verb, body = {}) {
  return ask(`calls/${encodeURIComponent(callId)}/${verb}`, body);
}
