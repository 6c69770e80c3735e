using System.Diagnostics.Metrics;

namespace Jangteo.Platform;

/// <summary>A figure of a module's business, such as its trades by state, which is counted when somebody collects figures and at no other time.</summary>
/// <param name="Name">As others read it: <c>jangteo.trades</c>.</param>
/// <param name="Unit">What is counted, in braces, or a unit of UCUM.</param>
public sealed record Figure(string Name, string Unit, string Says, Func<CancellationToken, Task<IReadOnlyList<Measurement<long>>>> Count);
