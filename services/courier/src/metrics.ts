/** Figures in the text format of Prometheus. */
export class Metrics {
  private readonly counts = new Map<string, number>()

  asked(provider: string, outcome: string, seconds: number): void {
    this.add(`courier_provider_requests_total{provider="${provider}",outcome="${outcome}"}`, 1)
    this.add(`courier_provider_seconds_total{provider="${provider}"}`, seconds)
  }

  reported(provider: string, result: string): void {
    this.add(`courier_provider_reports_total{provider="${provider}",result="${result}"}`, 1)
  }

  text(lengths: { open: number; unknown: number; reports: number }): string {
    const lines = [...this.counts].sort().map(([name, count]) => `${name} ${count}`)
    return [
      ...lines,
      `courier_open ${lengths.open}`,
      `courier_unknown ${lengths.unknown}`,
      `courier_reports_waiting ${lengths.reports}`,
      '',
    ].join('\n')
  }

  private add(name: string, by: number): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by)
  }
}
