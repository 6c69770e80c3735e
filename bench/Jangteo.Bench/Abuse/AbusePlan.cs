namespace Jangteo.Bench.Abuse;

/// <summary>How many of everything an attack takes.</summary>
/// <param name="IsMeasured">
/// Whether the calls of the traders are timed and compared; the small numbers are for finding out what is refused only.
/// </param>
/// <param name="Each">How long an attack lasts, and how long is traded in peace before it.</param>
/// <param name="Settings">Of the market that is attacked, beside its defaults.</param>
internal sealed record AbusePlan(
    bool IsMeasured, TimeSpan Each, int HalfSent, int Waits, int Streams, int SignIns, int Searchers, int Listings, int Downloads,
    (string Name, string Value)[] Settings)
{
    /// <summary>What was seen to stop a market.</summary>
    public static readonly AbusePlan Full = new(
        IsMeasured: true, TimeSpan.FromSeconds(10), HalfSent: 400, Waits: 260, Streams: 1010, SignIns: 130, Searchers: 16, Listings: 60_000,
        Downloads: 48, []);

    /// <summary>A tenth of it, at a market that takes on a tenth.</summary>
    public static readonly AbusePlan Small = new(
        IsMeasured: false, TimeSpan.FromMilliseconds(600), HalfSent: 40, Waits: 26, Streams: 60, SignIns: 130, Searchers: 8,
        Listings: 3_000, Downloads: 12,
        [
            ("Limits__Moves", "38"), ("Limits__Commands", "32"), ("Limits__Queries", "26"), ("Limits__Anonymous", "12"),
            ("Limits__PerAddress", "6"), ("Limits__LiveStreams", "50"), ("Limits__AnonymousLiveStreams", "25"),
            ("Limits__LiveStreamsPerAddress", "12"), ("Limits__Downloads", "8"), ("Limits__DownloadsEach", "3"),
            ("Limits__BodyMemory", "16MB"),
        ]);
}
