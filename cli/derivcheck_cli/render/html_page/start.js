  // --- light and dark, the keyboard, paper --------------------------------------------------------------------------

  const MAX_PRINTED = 200;
  const THEMES = ["auto", "light", "dark"];
  let theme = "auto";
  try { theme = localStorage.getItem("derivcheck-theme") || "auto"; } catch { /* a page without storage */ }
  function dress() {
    if (!THEMES.includes(theme)) theme = "auto";
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    $("theme").textContent = { auto: "◐ Auto", light: "☀ Light", dark: "☾ Dark" }[theme];
    $("theme").setAttribute("aria-label", `Colours: ${theme}. Press for the next.`);
    redraw();
  }
  $("theme").addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    try { localStorage.setItem("derivcheck-theme", theme); } catch { /* likewise */ }
    dress();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  $("query").addEventListener("input", apply);
  $("sort").addEventListener("change", apply);
  $("clear").addEventListener("click", () => { clear(); $("query").focus(); });
  $("query").addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") { box.focus(); event.preventDefault(); }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { $("query").focus(); event.preventDefault(); }
    if (event.key === "Escape" && opened !== null && $("detail").contains(event.target)) {
      if (narrow()) close();
      else box.focus();
    }
  });
  addEventListener("popstate", fromAddress);
  addEventListener("hashchange", fromAddress);
  new ResizeObserver(() => { draw(); list(); }).observe($("plot-box"));
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); box.focus(); });

  addEventListener("beforeprint", () => {
    const printed = Array.from(shown.subarray(0, MAX_PRINTED), (entry) => make("article", { class: `detail ${kindOf(entry).severity}` }, ...article(entry)));
    if (shown.length > MAX_PRINTED) printed.push(make("p", { class: "note" }, `… and ${number.format(shown.length - MAX_PRINTED)} more cases; filter them to print others.`));
    $("printed").replaceChildren(...printed);
    isStale = true;
    paint();
  });
  addEventListener("afterprint", () => $("printed").replaceChildren());

  document.body.classList.toggle("bare", !count);
  head();
  apply();
  dress();
  fromAddress();
