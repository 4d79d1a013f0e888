  // --- the plot -----------------------------------------------------------------------------------------------------

  const canvas = $("plot");
  const LEFT = 46, RIGHT = 10, TOP = 10, BOTTOM = 8, LANE = 18, LEAST = -2;
  const greatest = sizes.reduce((most, size) => (Number.isFinite(size) ? Math.max(most, size) : most), 100);
  const most = Math.ceil(Math.log10(greatest));
  const lanes = { none: sizes.includes(-1), inf: sizes.includes(Infinity) };
  let pointed = null; // the case under the mouse, or the one that the keyboard is on

  function path(context, kind, x, y, r) {
    context.beginPath();
    if (kind === "circle") context.arc(x, y, r * 0.8, 0, 7);
    else if (kind === "square") context.rect(x - r * 0.8, y - r * 0.8, r * 1.6, r * 1.6);
    else if (kind === "triangle") { context.moveTo(x, y - r); context.lineTo(x + r, y + r * 0.8); context.lineTo(x - r, y + r * 0.8); context.closePath(); }
    else { context.moveTo(x - r, y - r); context.lineTo(x + r, y + r); context.moveTo(x - r, y + r); context.lineTo(x + r, y - r); }
  }
  function mark(context, severity, x, y, r, colour) {
    path(context, SHAPES[severity], x, y, r);
    context.lineWidth = 2;
    if (severity === "fail") { context.strokeStyle = colour; context.stroke(); }
    else { context.fillStyle = colour; context.fill(); }
  }
  const legends = [];
  function shape(severity) {
    const small = make("canvas", { width: 24, height: 24, "aria-hidden": "true" });
    legends.push([small, severity]);
    return small;
  }

  const across = (at, width) => LEFT + ((at + 0.5) / count) * (width - LEFT - RIGHT);
  function down(size, height) {
    if (size < 0) return TOP + 4;
    if (size === Infinity) return TOP + LANE * lanes.none + 4;
    if (size < 10 ** LEAST) return height - BOTTOM - 4;
    const top = TOP + LANE * (lanes.none + lanes.inf), bottom = height - BOTTOM - LANE;
    return bottom - ((Math.log10(size) - LEAST) / (most - LEAST)) * (bottom - top);
  }
  const place = (at, width, height) => [across(at, width), down(sizes[at], height)];

  const marks = document.createElement("canvas"); // the marks of all cases, drawn anew when other cases are shown
  let isStale = true, isDue = false;
  const radius = count > 2000 ? 3 : count > 300 ? 3.5 : 4.5;

  /** Draw before the browser paints next, however often this is asked for. */
  function draw() {
    if (!isDue) requestAnimationFrame(paint);
    isDue = true;
  }
  function redraw() {
    isStale = true;
    draw();
  }
  function paint() {
    isDue = false;
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    for (const one of [canvas, marks]) {
      if (one.width === Math.round(width * ratio) && one.height === Math.round(height * ratio)) continue;
      one.width = Math.round(width * ratio);
      one.height = Math.round(height * ratio);
      isStale = true;
    }
    if (isStale) paintMarks(marks.getContext("2d"), width, height, ratio, colour);
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(marks, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    for (const entry of [opened, pointed]) {
      if (entry === null) continue;
      const [x, y] = place(entry, width, height);
      context.strokeStyle = colour(entry === pointed ? "ink" : "accent");
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, radius + 5, 0, 7);
      context.stroke();
    }
  }

  function paintMarks(context, width, height, ratio, colour) {
    isStale = false;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "right";
    context.textBaseline = "middle";
    const rule = (y, text, dashed) => {
      context.strokeStyle = colour("line");
      context.lineWidth = 1;
      context.setLineDash(dashed ? [3, 4] : []);
      context.beginPath();
      context.moveTo(LEFT, Math.round(y) + 0.5);
      context.lineTo(width - RIGHT, Math.round(y) + 0.5);
      context.stroke();
      context.fillStyle = colour("soft");
      context.fillText(text, LEFT - 8, y);
    };
    const step = Math.max(1, Math.ceil(((most - LEAST) * 20) / (height - 60)));
    for (let power = 0; power <= most; power += step) rule(down(10 ** power, height), power ? `10${superscript(power)}` : "1", power > 0);
    rule(height - BOTTOM - 4, "0", true);
    if (lanes.none) rule(TOP + 4, "none", true);
    if (lanes.inf) rule(TOP + LANE * lanes.none + 4, "∞", true);
    context.setLineDash([]);
    for (const severity of [...SEVERITIES].reverse()) {
      const tone = colour(severity);
      const isDrawn = new Uint8Array(count > 2000 ? 2 * Math.ceil(width) * Math.ceil(height) : 0); // one mark a pixel will do
      for (let at = 0; at < count; at += 1) {
        if (kindOf(at).severity !== severity) continue;
        const x = across(at, width), y = down(sizes[at], height);
        const pixel = 2 * (Math.floor(y) * Math.ceil(width) + Math.floor(x)) + isShown[at];
        if (isDrawn[pixel]) continue;
        isDrawn[pixel] = 1;
        context.globalAlpha = isShown[at] ? (severity === "pass" ? 0.55 : 0.95) : 0.08;
        mark(context, severity, x, y, radius, tone);
      }
    }
    context.globalAlpha = 1;
    for (const [small, severity] of legends) {
      const pen = small.getContext("2d");
      pen.clearRect(0, 0, 24, 24);
      pen.setTransform(2, 0, 0, 2, 0, 0);
      mark(pen, severity, 6, 6, 4.5, colour(severity));
    }
  }
  const superscript = (power) => [...String(power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");

  function point(entry) {
    pointed = entry;
    const tip = $("tip");
    tip.hidden = entry === null;
    draw();
    if (entry === null) return;
    const [x, y] = place(entry, canvas.clientWidth, canvas.clientHeight);
    tip.replaceChildren(make("strong", {}, names[entry]), make("br"), `${kindOf(entry).label} · ${knownError(entry)}`);
    tip.style.left = `${Math.max(0, Math.min(x + 12, canvas.clientWidth - tip.offsetWidth))}px`;
    tip.style.top = `${y > tip.offsetHeight + 16 ? y - tip.offsetHeight - 12 : y + 12}px`;
  }
  const knownError = (entry) => (errors[entry] === null ? "no error known" : errorText(entry));

  /** The shown case whose mark is nearest to the mouse; only those of the columns around it are looked at. */
  function nearest(event) {
    const REACH = 14;
    const bounds = canvas.getBoundingClientRect();
    const x = event.clientX - bounds.left, y = event.clientY - bounds.top;
    const caseAt = (left) => ((left - LEFT) / (bounds.width - LEFT - RIGHT)) * count;
    const last = Math.min(count - 1, Math.ceil(caseAt(x + REACH)));
    let best = null, least = REACH * REACH;
    for (let at = Math.max(0, Math.floor(caseAt(x - REACH)) - 1); at <= last; at += 1) {
      if (!isShown[at]) continue;
      const distance = (across(at, bounds.width) - x) ** 2 + (down(sizes[at], bounds.height) - y) ** 2;
      if (distance < least) [best, least] = [at, distance];
    }
    return best;
  }
  canvas.addEventListener("mousemove", (event) => { const entry = nearest(event); if (entry !== pointed) point(entry); });
  canvas.addEventListener("mouseleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));
  canvas.addEventListener("click", (event) => {
    const entry = nearest(event);
    if (entry === null) return;
    reveal(shown.indexOf(entry));
    go(entry, true);
  });
  /** The next shown case in the order of the files, from a place on; the same one where there is none. */
  function next(from, step) {
    let at = from + step;
    while (at >= 0 && at < count && !isShown[at]) at += step;
    return at >= 0 && at < count ? at : from;
  }
  canvas.addEventListener("keydown", (event) => {
    if (!shown.length) return;
    const from = pointed !== null && isShown[pointed] ? pointed : null;
    const ends = { Home: () => next(-1, 1), End: () => next(count, -1) };
    const steps = {
      ...ends, ArrowRight: () => (from === null ? ends.Home() : next(from, 1)), ArrowLeft: () => (from === null ? ends.End() : next(from, -1)),
    };
    if (event.key in steps) {
      const entry = steps[event.key]();
      point(entry);
      $("plot-said").textContent = `${names[entry]}: ${kindOf(entry).status}, ${knownError(entry)}`;
    } else if (event.key === "Enter" && pointed !== null) {
      const entry = pointed;
      reveal(shown.indexOf(entry));
      go(entry, true);
    } else if (event.key === "Escape") point(null);
    else return;
    event.preventDefault();
  });

