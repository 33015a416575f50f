// The charts of Insights, drawn by Chart.js from the numbers beside each canvas. Colours are those of the page.
(() => {
  "use strict";
  const Chart = window.Chart;
  if (!Chart) return;
  const drawn = new Map();

  // A token holds the colours for light and for dark; which of them counts is known where it is used.
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const clear = (rgb, part) => rgb.replace("rgb(", "rgba(").replace(")", `, ${part})`);
  const sans = getComputedStyle(document.documentElement).getPropertyValue("--sans").trim();
  const font = (size, weight = 400) => ({ family: sans, size, weight });
  const hours = (value) => `${Number(value.toPrecision(2))}h`;
  const narrow = () => window.innerWidth < 500;

  // Words over bars and beside lines: data on the page, not only on hover.
  const labels = {
    id: "labels",
    afterDatasetsDraw(chart, _args, options) {
      const { ctx } = chart;
      ctx.save();
      ctx.font = `${narrow() ? 10 : 11}px ${sans}`;
      ctx.fillStyle = colour("muted");
      ctx.textAlign = "center";
      for (const { text, x, y, align } of options.of?.(chart) ?? []) {
        ctx.textAlign = align ?? "center";
        ctx.fillText(text, x, y);
      }
      ctx.restore();
    },
  };

  const axis = (more = {}) => ({
    border: { display: false },
    grid: { color: colour("line"), drawTicks: false },
    ...more,
    ticks: { color: colour("muted"), font: font(11), padding: 6, ...more.ticks },
  });
  const title = (text) => ({ display: true, text, color: colour("muted"), font: font(11) });
  const powers = (scale) => {
    const wanted = [];
    for (let power = -4; power <= 10; power += 1) {
      const value = 2 ** power;
      if (value >= scale.min * 0.999 && value <= scale.max * 1.001) wanted.push({ value });
    }
    scale.ticks = wanted;
  };
  const log = (more = {}) => axis({
    type: "logarithmic",
    afterBuildTicks: powers,
    ...more,
    ticks: { callback: hours, autoSkip: false, maxRotation: 0, ...more.ticks },
  });
  const line = (label, data, more = {}) => ({
    type: "line", label, data, pointRadius: 0, pointHitRadius: 0, borderWidth: 2, borderColor: colour("accent-text"),
    tension: 0, ...more,
  });
  const pairs = (rows) => rows.map(([x, y]) => ({ x, y }));
  const soft = () => clear(colour("accent-text"), 0.13);

  const kinds = {
    chances: (data) => ({
      type: "bar",
      data: {
        labels: data.labels,
        datasets: [{
          label: data.series, data: data.values, borderRadius: 3, maxBarThickness: 86, categoryPercentage: 0.8,
          backgroundColor: data.sure.map((sure) => (sure ? colour("accent") : clear(colour("accent-text"), 0.3))),
        }],
      },
      options: {
        layout: { padding: { top: 18 } },
        scales: { x: axis({ grid: { display: false } }), y: { display: false, min: 0, max: 100 } },
        plugins: {
          tooltip: { callbacks: { label: (item) => `${item.formattedValue} %` } },
          labels: {
            of: (chart) => chart.getDatasetMeta(0).data.map((bar, at) => ({
              text: `${Math.round(data.values[at])}%`, x: bar.x, y: bar.y - 6,
            })),
          },
        },
      },
    }),

    curve: (data) => {
      const top = Math.max(...data.curve.map(([, y]) => y));
      const marks = [[data.now, data.now_label, [5, 4], "line-strong"]];
      if (data.suggested) marks.push([data.suggested, data.suggested_label, [], "accent-text"]);
      const apart = data.suggested && data.suggested < data.now ? ["left", "right"] : ["right", "left"];
      return {
        type: "scatter",
        data: {
          datasets: [
            line(data.series, pairs(data.curve), { fill: "origin", backgroundColor: soft(), tension: 0.3 }),
            ...marks.map(([x, label, dash, name]) => line(label, [{ x, y: 0 }, { x, y: top * 1.06 }], {
              borderWidth: name === "line-strong" ? 1.5 : 1.5, borderDash: dash, borderColor: colour(name),
            })),
          ],
        },
        options: {
          layout: { padding: { top: 18 } },
          scales: {
            x: axis({
              type: "linear", grid: { display: false }, min: Math.min(data.curve[0][0], data.now * 0.9),
              max: Math.max(data.curve.at(-1)[0], data.now * 1.1),
              ticks: { callback: (value) => `${Number(value.toFixed(2))}×`, maxTicksLimit: 7, includeBounds: false },
            }),
            y: { display: false, min: 0 },
          },
          plugins: {
            tooltip: { enabled: false },
            labels: {
              of: (chart) => marks.map(([x, text], at) => ({
                text, x: chart.scales.x.getPixelForValue(x) + (marks.length < 2 ? 0 : apart[at] === "right" ? 4 : -4),
                y: chart.chartArea.top - 4, align: marks.length < 2 ? "center" : apart[at],
              })),
            },
          },
        },
      };
    },

    actual: (data) => {
      const all = [...data.points.flat(), ...data.low.flat(), ...data.high.flat()].filter((value) => value > 0);
      const xs = data.low.map(([x]) => x);
      const range = [Math.min(...xs), Math.max(...xs)];
      return {
        type: "scatter",
        data: {
          datasets: [
            { label: data.points_label, data: pairs(data.points), pointRadius: 3.5, order: 0,
              backgroundColor: clear(colour("accent-text"), 0.6), borderWidth: 0 },
            line(data.middle_label, pairs(data.middle), { order: 1 }),
            line(data.same_label, range.map((x) => ({ x, y: x })), {
              order: 2, borderWidth: 1.5, borderDash: [4, 4], borderColor: colour("line-strong"),
            }),
            line(data.band_label, pairs(data.low), { order: 3, borderWidth: 0, fill: "+1", backgroundColor: soft() }),
            line(data.band_label, pairs(data.high), { order: 3, borderWidth: 0 }),
          ],
        },
        options: {
          scales: {
            x: log({ grid: { display: false }, min: range[0], max: range[1], title: title(data.x) }),
            y: log({ min: Math.min(...all) * 0.9, max: Math.max(...all) * 1.1, title: title(data.y) }),
          },
          plugins: { tooltip: { filter: (item) => item.datasetIndex === 0,
            callbacks: { label: (item) => `${data.x} ${hours(item.parsed.x)}, ${data.y} ${hours(item.parsed.y)}` } } },
        },
      };
    },

    ranges: (data) => ({
      type: "bar",
      data: {
        labels: data.labels,
        datasets: [
          { type: "line", label: data.actual_label, data: data.actual, showLine: false, pointRadius: 4, order: 0,
            pointStyle: data.held.map((held) => (held ? "circle" : "rectRot")), borderColor: colour("surface"),
            backgroundColor: data.held.map((held) => colour(held ? "accent-text" : "warn")), pointBorderColor: colour("surface") },
          { label: data.range_label, data: data.ranges, order: 1, borderSkipped: false, borderRadius: 3,
            maxBarThickness: 14, backgroundColor: clear(colour("accent-text"), 0.28) },
        ],
      },
      options: {
        scales: {
          x: axis({ display: false }),
          y: log({ min: Math.min(...data.ranges.flat(), ...data.actual) * 0.9, max: Math.max(...data.ranges.flat(), ...data.actual) * 1.1 }),
        },
        plugins: { tooltip: { callbacks: { label: (item) => (Array.isArray(item.raw)
          ? `${data.range_label} ${hours(item.raw[0])}–${hours(item.raw[1])}` : `${data.actual_label} ${hours(item.raw)}`) } } },
      },
    }),

    "over-time": (data) => {
      const along = (values) => data.tasks.map((x, at) => ({ x, y: values[at] }));
      return {
        type: "scatter",
        data: {
          datasets: [
            line(data.series, along(data.value), { pointRadius: 2.5, pointBackgroundColor: colour("accent-text") }),
            line(data.band_label, along(data.low), { borderWidth: 0, fill: "+1", backgroundColor: soft() }),
            line(data.band_label, along(data.high), { borderWidth: 0 }),
          ],
        },
        options: {
          scales: {
            x: axis({ type: "linear", grid: { display: false }, min: data.tasks[0], max: data.tasks.at(-1),
              title: title(data.x), ticks: { precision: 0, maxTicksLimit: 8, includeBounds: false } }),
            y: axis({ beginAtZero: true, title: title(data.series), ticks: { maxTicksLimit: 6 } }),
          },
          plugins: { tooltip: { enabled: false } },
        },
      };
    },
  };

  const draw = (figure) => {
    const kind = kinds[figure.dataset.chart];
    const numbers = figure.querySelector('script[type="application/json"]');
    const canvas = figure.querySelector("canvas");
    if (!kind || !numbers || !canvas) return;
    drawn.get(figure)?.destroy();
    figure.querySelector(".plot").hidden = false;
    const { options, ...rest } = kind(JSON.parse(numbers.textContent));
    const { plugins, ...others } = options;
    drawn.set(figure, new Chart(canvas, {
      ...rest,
      options: {
        responsive: true, maintainAspectRatio: false, animation: false, ...others,
        plugins: { legend: { display: false }, ...plugins },
      },
      plugins: [labels],
    }));
  };

  const drawAll = () => {
    for (const [figure, chart] of drawn) {
      if (figure.isConnected) continue;
      chart.destroy();
      drawn.delete(figure);
    }
    for (const figure of document.querySelectorAll("figure[data-chart]")) draw(figure);
  };

  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  new MutationObserver(drawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["data-appearance", "data-theme", "class"] });
  // A forecast that was asked anew: only its own chart is drawn again, an open list stays open, and what was ticked
  // while the answer was on its way stays ticked.
  let opened = false;
  let ticked = new Map();
  let focused = "";
  const boxes = () => document.querySelectorAll("#moves input[type=checkbox]");
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "forecast") return;
    opened = document.getElementById("moves")?.open ?? false;
    focused = document.activeElement?.closest("#moves") ? document.activeElement.id : "";
    ticked = new Map([...boxes()].map((box) => [box.id, box.checked]));
  });
  document.addEventListener("htmx:afterSwap", () => {
    const moves = document.getElementById("moves");
    if (moves && opened) moves.open = true;
    for (const box of boxes()) if (ticked.has(box.id)) box.checked = ticked.get(box.id);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    opened = false;
    ticked = new Map();
    focused = "";
    for (const [figure, chart] of drawn) {
      if (figure.isConnected) continue;
      chart.destroy();
      drawn.delete(figure);
    }
    for (const figure of document.querySelectorAll("figure[data-chart]")) if (!drawn.has(figure)) draw(figure);
  });

  const slider = document.querySelector("[data-slider]");
  const value = document.querySelector("[data-slider-value]");
  slider?.addEventListener("input", () => {
    value.textContent = `${Number(slider.value).toFixed(1)}h`;
  });
})();
