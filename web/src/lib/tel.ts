/** A number as a telephone dials it; nothing for one that is masked or is no number. */
export function dialable(number: string | null | undefined): string | null {
  // A masked number begins with dots and keeps its last digits only.
  if (!number || !/^[+(\d][\d\s().-]*$/.test(number)) return null;
  const digits = number.replace(/\D/g, "");
  return digits.length < 5 ? null : `tel:${number.startsWith("+") ? "+" : ""}${digits}`;
}
