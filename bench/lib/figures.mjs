// A figure is a line: what it is, how much, and what it has to stay under. One that does not makes
// the process end with 1. Figures are medians where there is more than one sample.
export function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// limit: undefined for what is only told. note: what the figure rests on.
export function figure(name, value, unit, { limit, note = '' } = {}) {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  const over = limit !== undefined && !(value < limit);
  const mark = limit === undefined ? '' : `${over ? 'OVER' : 'under'} ${limit}`;
  console.log(`${name.padEnd(52)} ${value.toFixed(digits).padStart(8)} ${unit.padEnd(5)} `
    + `${mark.padEnd(11)} ${note}`.trimEnd());
  if (over) process.exitCode = 1;
}

// "9 starts, 61–84": how many samples, and between what.
export function spread(list, what) {
  const digits = Math.max(...list) < 10 ? 2 : 0;
  return `${list.length} ${what}, ${Math.min(...list).toFixed(digits)}–`
    + Math.max(...list).toFixed(digits);
}
