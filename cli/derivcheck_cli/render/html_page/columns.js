  const SEVERITIES = ["error", "fail", "warn", "pass"];
  const WORDS = { error: "could not be run", fail: "fail", warn: "warn", pass: "pass" };
  const TILES = { ...WORDS, error: "not run" };
  const MARKS = { error: "✗", fail: "✗", warn: "!", pass: "✓" };
  const SHAPES = { error: "square", fail: "cross", warn: "triangle", pass: "circle" };

  const $ = (id) => document.getElementById(id);
  const read = (element) => JSON.parse(element.textContent);
  const number = new Intl.NumberFormat("en");

  /** An element with text. Whatever a user wrote goes through here, and never through innerHTML. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  /** MathML that derivcheck made of a parsed expression, in which every name is escaped. */
  function maths(markup) {
    const template = document.createElement("template");
    template.innerHTML = markup;
    return template.content;
  }

  // --- the data: a case is a number, its place in the files, and what is known of it stands in columns ---------------

  const summary = read($("summary"));
  const statuses = new Map(summary.statuses.map((status, rank) => [status.label, { ...status, rank }]));
  const total = SEVERITIES.reduce((sum, severity) => sum + (summary.cases[severity] || 0), 0);

  /** A column of a chunk: a list, or the one value that all have. */
  const cell = (column, at) => (Array.isArray(column) ? column[at] : column);

  const kinds = []; // what many cases have in common: the status with its label, and how much it matters
  const names = [], exprs = [], wheres = [], errors = [], reasons = [], inFull = [], kindAt = [];
  const starts = []; // the first case of each chunk
  {
    const known = new Map();
    const kindOf = ([status, label, severity, aside, badge]) => {
      const key = [status, label, severity, aside, badge].join("\n");
      if (!known.has(key)) {
        known.set(key, kinds.length);
        const rank = (SEVERITIES.length - SEVERITIES.indexOf(severity)) * 100 + statuses.get(status).rank;
        kinds.push({ status, label, severity, aside, badge, rank });
      }
      return known.get(key);
    };
    document.querySelectorAll("script[data-list]").forEach((element) => {
      const chunk = read(element);
      const own = chunk.kinds.map(kindOf);
      starts.push(names.length);
      for (let at = 0; at < chunk.count; at += 1) {
        const line = cell(chunk.line, at);
        names.push(cell(chunk.name, at));
        exprs.push(chunk.exprs[cell(chunk.expr, at)]);
        wheres.push(`${chunk.places[cell(chunk.place, at)]}${line === null ? "" : line}`);
        errors.push(cell(chunk.ulps, at));
        reasons.push(cell(chunk.reason, at));
        inFull.push(cell(chunk.full, at));
        kindAt.push(own[cell(chunk.kind, at)]);
      }
      element.remove();
    });
  }
  const count = names.length;
  const sizes = Float64Array.from(errors, (text) => (text === null ? -1 : text === "inf" ? Infinity : Number(text)));
  const kindOf = (at) => kinds[kindAt[at]];
  const errorText = (at) => (errors[at] === null ? "—" : `${errors[at]} ulp`);

  /** What a search looks at, made when somebody first searches. */
  const texts = [];
  const textOf = (at) => (texts[at] ??= `${names[at]}\n${exprs[at]}\n${wheres[at]}\n${kindOf(at).label}\n${reasons[at]}`.toLowerCase());

  /** The name of each case as an address knows it; of several with the same name, the second is `name~2`. */
  let byAddress = null;
  const addresses = [];
  function findByAddress(address) {
    if (byAddress === null) {
      byAddress = new Map();
      names.forEach((name, at) => {
        let id = name;
        for (let copy = 2; byAddress.has(id); copy += 1) id = `${name}~${copy}`;
        byAddress.set(id, at);
        addresses.push(id);
      });
    }
    return byAddress.has(address) ? byAddress.get(address) : null;
  }
  function addressOf(at) {
    findByAddress("");
    return `#${encodeURIComponent(addresses[at])}`;
  }

  /** The parts of the data that are read when they are needed, the last few of them. */
  const parsed = new Map();
  function part(kind, chunk) {
    const key = `${kind} ${chunk}`;
    if (!parsed.has(key)) {
      if (parsed.size > 20) parsed.clear();
      const element = document.querySelector(`script[data-${kind}="${chunk}"]`);
      parsed.set(key, element === null ? null : read(element));
    }
    return parsed.get(key);
  }

  /** What the page has of a case: all of it, or its numbers, or neither. */
  function details(at) {
    if (inFull[at] !== null) return part("details", Math.floor(inFull[at] / summary.pack))[inFull[at] % summary.pack];
    const chunk = starts.findLastIndex((first) => first <= at);
    const numbers = part("numbers", chunk);
    const short = numbers === null ? undefined : numbers.cases[at - starts[chunk]];
    const [points, message = "", why = "", left = 0] = short || [[]];
    return {
      label: kindOf(at).badge, math: "", variables: points.length ? numbers.names[points[0][0]] : [], message, why, left,
      points: points.map((point) => pointInFull(point, numbers)), short: short ? "numbers" : "nothing",
    };
  }

  function pointInFull([namesAt, values, settings, rows, notes = []], numbers) {
    let before = "";
    return {
      at: values.map((value, at) => [numbers.names[namesAt][at], value]), moved: [], notes, explained: [],
      settings: numbers.settings[settings],
      rows: rows.map((row) => {
        const shown = rowInFull(row, numbers.kinds, before);
        before = shown.truth;
        return shown;
      }),
    };
  }

  function rowInFull([kind, truth = "", torch = "", error = "", digits = "", symbolic = "", claimed = "", reason = "", diagnosis = ""], known, before) {
    if (kind < 0) return { stopped: truth };
    const [name, math, claim, mode, severity, label, shape] = known[kind];
    return {
      name, math, claim, mode, severity, label, shape, reason, diagnosis, digits, claimed, autograd: torch,
      truth: truth === 0 ? before : truth, symbolic: symbolic === 1 ? torch : symbolic,
      error: error === "" ? "—" : /^(inf|[\d.e+-]+)$/.test(error) ? `${error} ulp` : error,
    };
  }

