  const ROW = 58; // the height of .item in page.css
  const OVERSCAN = 8;

  // --- what is shown ------------------------------------------------------------------------------------------------

  /** A text that sorts as the numbers in it do. */
  const sortable = (text) => text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, "0"));
  const ORDERS = {
    file: () => null,
    worst: () => (a, b) => kindOf(b).rank - kindOf(a).rank || sizes[b] - sizes[a] || a - b,
    error: () => (a, b) => (sizes[a] === sizes[b] ? a - b : sizes[b] - sizes[a]),
    name: () => {
      const keys = names.map(sortable);
      return (a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : a - b);
    },
  };
  const ordered = new Map();
  /** All cases in an order, sorted when this is first asked for. */
  function ordering(name) {
    if (!ordered.has(name)) {
      const all = Array.from({ length: count }, (_, at) => at);
      const compare = ORDERS[name]();
      ordered.set(name, Int32Array.from(compare === null ? all : all.sort(compare)));
    }
    return ordered.get(name);
  }

  const chosen = { severity: new Set(), status: new Set() };
  const found = new Int32Array(count);
  const isShown = new Uint8Array(count);
  let shown = found.subarray(0, 0); // the cases of the list, in its order
  let active = 0; // where the keyboard is in the list
  let opened = null;

  function apply() {
    const words = $("query").value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = kinds.map(
      (kind) =>
        (!chosen.severity.size || chosen.severity.has(kind.severity)) && (!chosen.status.size || chosen.status.has(kind.status)),
    );
    const kept = shown.length ? shown[active] : -1;
    let length = 0;
    isShown.fill(0);
    for (const at of ordering($("sort").value)) {
      if (!wanted[kindAt[at]] || !words.every((word) => textOf(at).includes(word))) continue;
      found[length] = at;
      isShown[at] = 1;
      length += 1;
    }
    shown = found.subarray(0, length);
    active = Math.max(0, shown.indexOf(kept));
    const all = length === count;
    $("count").textContent = all && count === total
      ? `${number.format(total)} ${total === 1 ? "case" : "cases"}`
      : `${number.format(length)} of ${number.format(total)} cases`;
    $("clear").hidden = all && !words.length;
    document.querySelectorAll("[data-kind]").forEach((button) => {
      button.setAttribute("aria-pressed", String(chosen[button.dataset.kind].has(button.dataset.value)));
    });
    $("list").scrollTop = 0;
    list();
    redraw();
  }

  function toggle(kind, value) {
    if (!chosen[kind].delete(value)) chosen[kind].add(value);
    apply();
  }

  function clear() {
    chosen.severity.clear();
    chosen.status.clear();
    $("query").value = "";
    apply();
  }

  // --- the head -----------------------------------------------------------------------------------------------------

  function head() {
    const has = (severity) => summary.cases[severity] > 0;
    let told = ["fail", "error"].filter(has);
    if (!told.length) told = ["warn"].filter(has);
    const verb = (severity) => (severity !== "error" && summary.cases[severity] === 1 ? `${WORDS[severity]}s` : WORDS[severity]);
    const counted = (severity) => number.format(summary.cases[severity]);
    const [first, ...others] = told;
    const noun = total === 1 ? "case" : "cases";
    const text = first
      ? [`${counted(first)} of ${number.format(total)} ${noun} ${verb(first)}`,
         others.map((severity) => `, ${counted(severity)} ${verb(severity)}`).join("")]
      : total ? [total === 1 ? "the case passes" : `all ${number.format(total)} cases pass`, ""] : ["nothing to check", ""];
    $("verdict").replaceChildren(make("strong", { class: told[0] || (total ? "pass" : "warn") }, text[0]), text[1]);
    document.title = `derivcheck: ${text.join("")}`;
    for (const severity of SEVERITIES) {
      const found = summary.cases[severity] || 0;
      const share = total ? `${((100 * found) / total).toFixed(found && found < total / 100 ? 1 : 0)} %` : "";
      const accepted = severity === "pass" && summary.expected ? `${number.format(summary.expected)} as expected` : share;
      $("tiles").append(
        make(
          "button",
          { type: "button", class: `tile ${severity}${found ? "" : " none"}`, "data-kind": "severity",
            "data-value": severity, onclick: () => toggle("severity", severity) },
          make("b", {}, number.format(found)), make("span", {}, TILES[severity]), " ", make("small", {}, accepted),
        ),
      );
      $("legend").append(make("li", {}, shape(severity), TILES[severity]));
    }
    const counts = new Map();
    for (const kind of kindAt) counts.set(kinds[kind].status, (counts.get(kinds[kind].status) || 0) + 1);
    for (const status of [...statuses.values()].reverse()) {
      if (!counts.has(status.label)) continue;
      const mark = status.label === "skipped" ? "–" : MARKS[status.severity];
      $("chips").append(
        make(
          "button",
          { type: "button", class: `chip ${status.severity}`, title: status.meaning, "data-kind": "status",
            "data-value": status.label, onclick: () => toggle("status", status.label) },
          make("i", { "aria-hidden": "true" }, `${mark} `), status.label, make("b", {}, number.format(counts.get(status.label))),
        ),
      );
    }
    $("left").replaceChildren(...summary.left.map((text) => make("p", {}, text)));
    $("left").hidden = !summary.left.length;
    $("foot").textContent = `exit code ${summary.exit.code}: ${summary.exit.meaning} · ${summary.versions.join(" · ")}`;
  }

  // --- the list: only what is in sight exists ------------------------------------------------------------------------

  const box = $("list");
  const spacer = make("div", { class: "spacer", role: "presentation" });
  function list() {
    if (!shown.length) {
      box.replaceChildren(make("p", { class: "empty" }, count ? "No case is like that." : "There is no case."));
      box.removeAttribute("aria-activedescendant");
      return;
    }
    if (spacer.parentNode !== box) box.replaceChildren(spacer);
    spacer.style.height = `${shown.length * ROW}px`;
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - OVERSCAN);
    const last = Math.min(shown.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + OVERSCAN);
    const items = [];
    for (let at = first; at < last; at += 1) items.push(item(at));
    if (active < first || active >= last) items.push(item(active)); // what the keyboard is on is there, out of sight
    spacer.replaceChildren(...items);
    box.setAttribute("aria-activedescendant", `item-${shown[active]}`);
  }

  function item(at) {
    const entry = shown[at];
    const { status, severity, label, aside } = kindOf(entry);
    const element = make(
      "div",
      { class: `item ${severity}${at === active ? " active" : ""}`, role: "option", id: `item-${entry}`,
        "aria-selected": String(entry === opened), "aria-setsize": shown.length, "aria-posinset": at + 1,
        onclick: () => { active = at; go(entry); } },
      make("span", { class: "mark", "aria-hidden": "true" }, status === "skipped" ? "–" : MARKS[severity]),
      make("span", { class: "name" }, names[entry]),
      make("span", { class: "label" }, aside && status !== "match" ? `${label}, ${aside}` : label),
      make("span", { class: "expr mono" }, exprs[entry]),
      make("span", { class: "ulps" }, errorText(entry)),
    );
    element.style.top = `${at * ROW}px`;
    return element;
  }

  function reveal(at) {
    active = Math.max(0, Math.min(shown.length - 1, at));
    const top = active * ROW;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW - box.clientHeight;
    list();
    draw();
  }

  box.addEventListener("scroll", list, { passive: true });
  box.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(box.clientHeight / ROW) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) reveal(active + steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") { if (shown.length) go(shown[active], true); }
    else return;
    event.preventDefault();
  });

