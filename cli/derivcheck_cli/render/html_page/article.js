  // --- one case -----------------------------------------------------------------------------------------------------

  const narrow = () => matchMedia("(max-width: 900px)").matches;

  /** Open a case and make it the page's address; with the keyboard, the reader goes along. */
  function go(entry, withFocus = false) {
    if (location.hash !== addressOf(entry)) history.pushState(null, "", addressOf(entry));
    open(entry, withFocus);
  }

  function open(entry, withFocus) {
    opened = entry;
    document.body.classList.toggle("open", entry !== null);
    const pane = $("detail");
    pane.replaceChildren(...(entry !== null ? article(entry) : [make("p", { class: "empty" }, "Choose a case: its formula, what is true, and what torch returned stand here.")]));
    pane.className = `card detail ${entry !== null ? kindOf(entry).severity : ""}`;
    list();
    draw();
    if (entry !== null && (withFocus || narrow())) {
      pane.querySelector("h2").focus({ preventScroll: true });
      pane.scrollIntoView({ block: narrow() ? "start" : "nearest" });
    }
  }

  function close() {
    history.pushState(null, "", location.pathname + location.search);
    open(null);
    box.focus();
  }

  function fromAddress() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* no name of a case */ }
    const entry = id ? findByAddress(id) : null;
    if (entry !== null && !isShown[entry]) clear();
    if (entry !== null) reveal(shown.indexOf(entry));
    open(entry, false);
  }

  const SHORT = {
    numbers: "This case stands here in short, without its formulas, since the report has so many",
    nothing: "This case stands here without its numbers, since the report has so many",
  };

  function article(entry) {
    const found = details(entry);
    const { severity, status: kind, label } = kindOf(entry);
    const status = statuses.get(kind);
    const expr = exprs[entry];
    const name = found.variables.length ? `f(${found.variables.join(", ")}) = ` : "f = ";
    const plain = found.math.startsWith("<code");
    const parts = [
      make("button", { type: "button", class: "quiet back", onclick: close }, "← All cases"),
      make("div", { class: "title" },
        make("h2", { tabindex: "-1" }, make("a", { href: addressOf(entry) }, names[entry])),
        make("span", { class: `badge ${severity}` }, found.label)),
      wheres[entry] === names[entry] ? "" : make("p", { class: "where" }, wheres[entry]),
    ];
    if (found.short) {
      if (expr) parts.push(make("div", { class: "formula" }, make("code", {}, found.short === "numbers" ? name + expr : expr)));
      parts.push(make("p", { class: "note" }, `${SHORT[found.short]}: check it alone to see them, with `, make("code", { class: "option" }, "-k"), " and its name."));
      if (reasons[entry] && !found.points.length) parts.push(make("p", { class: `said ${severity}` }, reasons[entry]));
    } else if (expr) {
      parts.push(make("div", { class: "formula" }, plain ? "" : name, maths(found.math)));
      if (!plain) parts.push(make("p", { class: "source mono" }, expr));
    }
    if (found.message) parts.push(make("p", { class: `said ${severity}` }, found.message));
    if (found.why) parts.push(make("p", { class: "said why" }, found.why));
    if (found.hunt) parts.push(huntOf(found.hunt));
    found.points.forEach((point) => parts.push(pointOf(point)));
    if (found.left) parts.push(make("p", { class: "note" }, `… and ${number.format(found.left)} more ${found.left === 1 ? "point" : "points"}, none of them worse`));
    if (kind !== "match") {
      parts.push(make("p", { class: "help" }, make("strong", {}, `${status.label}: `), `${status.meaning}. ${status.advice}`));
    }
    return parts;
  }

  function pointOf(point) {
    const at = point.at.map(([name, text]) => `${name} = ${text}`).join(", ");
    return make("section", { class: "point" },
      at || point.settings ? make("h3", {}, at ? `at ${at}` : "", make("small", {}, point.settings)) : null,
      ...point.moved.map((text) => make("p", { class: "note" }, `${text}, the number that the tensor holds`)),
      ...point.notes.map((text) => make("p", { class: "note" }, text)),
      ...point.rows.map(rowOf),
      ...point.explained.map(whyOf));
  }

  /** The map of a hunt, its picture, the points that it found, and what it looked at. */
  function huntOf(hunt) {
    const lineOf = (before, status, severity, ...after) => make("tr", { class: severity },
      ...before.map((text) => make("td", { class: "mono" }, text)), make("td", { class: "is" }, status),
      ...after.map((text) => make("td", { class: "mono" }, text)));
    const tableOf = (titles, lines) => make("div", { class: "elements", tabindex: "0" }, make("table", {},
      make("thead", {}, make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title)))), make("tbody", {}, ...lines)));
    return make("section", { class: "hunt" },
      make("h3", {}, hunt.ranges),
      hunt.stretches.length ? tableOf(["", "range", "status", "worst", "numbers"],
        hunt.stretches.map(([name, ends, status, severity, worst, count]) => lineOf([name, ends], status, severity, worst, count))) : null,
      hunt.picture ? make("img", { src: hunt.picture, alt: `the error against ${hunt.ranges}, in ulps; the table above has the same stretches` }) : null,
      hunt.missing ? make("p", { class: "note" }, hunt.missing) : null,
      hunt.found.length ? tableOf(["found", "", "error", "status", "at"],
        hunt.found.map(([kind, name, error, status, severity, at]) => lineOf([kind, name, error], status, severity, at))) : null,
      make("p", { class: "note" }, hunt.covered),
      hunt.next ? make("p", { class: "note" }, "next: ", make("code", {}, hunt.next)) : null);
  }

  /** Why the numbers of a point are what they are: what is to blame, what helps, and the tape. */
  function whyOf(why) {
    const parts = [make("h3", {}, why.heading)];
    if (why.sentence) parts.push(make("p", { class: "reason" }, why.mark ? make("b", { class: "badge" }, why.mark) : "", ` ${why.sentence}`));
    if (why.excerpt) {
      parts.push(make("pre", { class: "mono" }, why.excerpt.file ? make("small", {}, `${why.excerpt.file}\n`) : "",
        why.excerpt.before, make("mark", {}, why.excerpt.meant), why.excerpt.after));
    }
    parts.push(...why.notes.map((text) => make("p", { class: "note" }, text)));
    if (why.rewrites.length) parts.push(make("h3", {}, why.help));
    for (const rewrite of why.rewrites) {
      parts.push(make("pre", { class: "mono" }, rewrite.expression),
        make("p", {}, rewrite.digits), make("p", { class: "note" }, `${rewrite.why}; ${rewrite.source}`));
    }
    parts.push(...why.tables.map((table) => tapeOf(table, why)));
    return make("section", { class: `explained ${why.severity}` }, ...parts);
  }

  function tapeOf(table, why) {
    const lines = table.rows.map(([number, ...cells], at) => make("tr", { class: at === table.marked ? "marked" : "" },
      make("th", { scope: "row" }, at === table.marked ? `${why.mark} ${number}` : number),
      ...cells.map((text) => make("td", { class: "mono" }, text))));
    const titles = make("tr", {}, ...table.titles.map((title) => make("th", { scope: "col" }, title)));
    return make("details", { open: table.rows.length <= 20 }, make("summary", {}, table.heading),
      make("div", { class: "elements", tabindex: "0" },
        make("table", {}, make("thead", {}, titles), make("tbody", {}, ...lines))),
      table.hidden ? make("p", { class: "note" }, `… and ${number.format(table.hidden)} more lines`) : null);
  }

  function rowOf(row) {
    if (row.stopped) return make("div", { class: "row error" }, make("pre", {}, row.stopped));
    const facts = make("dl");
    const fact = (term, ...content) => facts.append(make("dt", {}, term), make("dd", {}, ...content));
    if (row.truth) fact("truth", make("span", { class: "mono" }, row.truth));
    if (row.autograd) fact("torch", ...compared(row.autograd, row.truth, row.severity));
    if (row.symbolic && row.symbolic !== "—") fact("symbolic", make("span", { class: "mono" }, row.symbolic));
    if (row.error !== "—") fact("error", `${row.error}${row.digits ? `, ${row.digits} digits right` : ""}`);
    if (row.mode) fact("mode", row.mode);
    return make("div", { class: `row ${row.severity}` },
      make("div", { class: "row-head" },
        make("span", { class: "what" }, row.claim ? "claim " : "", row.math ? maths(row.math) : row.name,
          row.shape ? make("small", {}, row.shape) : ""),
        make("span", { class: "is" }, row.claimed ? make("code", {}, `= ${row.claimed}`) : "", ...(row.formula ? [row.formula.startsWith("<span>") ? "" : "= ", maths(row.formula)] : [])),
        make("span", { class: `badge ${row.severity}` }, row.label)),
      facts,
      row.reason ? make("p", { class: "reason" }, row.reason) : null,
      ...(row.asides || []).map((text) => make("p", { class: "note" }, text)),
      row.elements && row.elements.length ? elementsOf(row) : null,
      row.left ? make("p", { class: "note" }, `… and ${number.format(row.left)} more`) : null,
      row.diagnosis ? make("p", { class: "reason" }, make("strong", {}, "diagnosis: "), row.diagnosis) : null);
  }

  /** The elements of a tensor that do not pass. */
  function elementsOf(row) {
    const lines = row.elements.map(([severity, name, truth, torch, error, status]) => make("tr", { class: severity },
      make("th", { scope: "row", class: "mono" }, name),
      make("td", {}, make("span", { class: "mono" }, truth)),
      make("td", {}, ...compared(torch, truth, severity)),
      make("td", {}, error),
      make("td", { class: "is" }, status)));
    const titles = make("tr", {}, ...row.titles.map((title) => make("th", { scope: "col" }, title)));
    return make("div", { class: "elements", tabindex: "0" }, make("table", {}, make("thead", {}, titles), make("tbody", {}, ...lines)));
  }

  /** Torch's number, with the digits in which it differs from the truth marked, where it does. */
  function compared(text, truth, severity) {
    const plain = [make("span", { class: "mono" }, text)];
    const [value] = truth.split(" ± ");
    const power = (digits) => digits.split("e")[1] || "";
    if (severity === "pass" || !/^-?[\d.]+(e-?\d+)?$/.test(value) || power(value) !== power(text)) return plain;
    let same = 0;
    while (same < text.length && text[same] === value[same]) same += 1;
    const end = text.split("e")[0].length;
    if (same === 0 || same >= end) return plain;
    return [make("span", { class: "mono" }, make("span", { class: "right" }, text.slice(0, same)),
      make("span", { class: "wrong" }, text.slice(same, end)), text.slice(end))];
  }

