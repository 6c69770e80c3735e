/** Currencies with other than two digits behind the point (ISO 4217). The same table as the server's, Currencies.cs: browsers follow another one, which differs for some. */
const exceptions: Record<string, number> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
}

/** How many digits a currency has behind the point: one unit of it is ten to the power of so many minor units. */
export function digitsOf(currency: string) {
  return exceptions[currency] ?? 2
}
