/** Decides the text of a float that is a mapping's key, as Go's strconv.FormatFloat(f, 'g', -1, 32) in sigs.k8s.io/yaml v1.6.0 does. */

/** The shortest text that reads back as the same 32-bit float; an exponent has at least two digits. */
export function formatKeyFloat(value: number): string {
  const single = Math.fround(value);
  if (Number.isNaN(single)) return '.nan';
  if (!Number.isFinite(single)) return single > 0 ? '.inf' : '-.inf';
  const sign = single < 0 || Object.is(single, -0) ? '-' : '';
  if (single === 0) return `${sign}0`;
  const [digits, exponent] = shortest(Math.abs(single));
  // 'g' prints an exponent below -4 and, for the shortest form, from 6 up.
  if (exponent < -4 || exponent >= 6) {
    const mantissa = digits.length > 1 ? `${digits.charAt(0)}.${digits.slice(1)}` : digits;
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  return sign + positional(digits, exponent);
}

/** Significant digits without trailing zeros, and the decimal exponent of the first. */
function shortest(value: number): readonly [string, number] {
  for (let precision = 0; precision < 9; precision++) {
    const text = value.toExponential(precision);
    if (Math.fround(Number(text)) !== value && precision < 8) continue;
    const [mantissa = '', exponent = '0'] = text.split('e');
    const digits = mantissa.replace('.', '').replace(/0+$/, '');
    return [digits === '' ? '0' : digits, Number(exponent)];
  }
  return ['0', 0];
}

function positional(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return digits.padEnd(exponent + 1, '0');
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}
