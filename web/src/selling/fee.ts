/** What the market keeps of an amount, as the program computes it: rounded down. @param amount in minor units */
export function feeOf(amount: number, permille: number) {
  return Math.floor((amount * permille) / 1000)
}
