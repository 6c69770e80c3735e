using System.Diagnostics;
using System.Diagnostics.Metrics;
using Jangteo.Platform.Storing;

namespace Jangteo.Platform;

/// <summary>
/// What the program says of its work while it does it, for whoever traces it. The trace of a trade is its id: whatever a command, a deadline, a message or an
/// errand does about a trade, days apart and in whichever process, is found under one trace id that nobody had to store or pass on.
/// While nobody listens a span is null, and costs no more than that look.
/// </summary>
public static class Spans
{
    /// <summary>The name under which spans and figures are subscribed to.</summary>
    public const string Source = "Jangteo";

    /// <summary>The trade that a span or a line of the log is about.</summary>
    public const string Trade = "jangteo.trade";

    /// <summary>What it follows from: see <see cref="Cause"/>.</summary>
    public const string Correlation = "jangteo.correlation";

    /// <summary>Of figures that are counted where they come about.</summary>
    internal static readonly Meter Meter = new(Source);

    private static readonly ActivitySource source = new(Source);

    /// <summary>Whether anybody listens.</summary>
    public static bool AreOn => source.HasListeners();

    /// <summary>A span within what is going on here, whatever that is about.</summary>
    public static Activity? Within(string name, ActivityKind kind = ActivityKind.Internal) => source.StartActivity(name, kind);

    /// <summary>
    /// A span in the trace of a trade. It is the child of what it follows from when that is in the trace; else it begins anew there, such as with each command of
    /// a person, and is linked with the request, or the other trade, that brought it about.
    /// </summary>
    /// <remarks>To be held by an async method: what goes on for its caller is what went on before.</remarks>
    /// <param name="trade">None: it goes on with the trace of what it follows from.</param>
    /// <param name="from">The traceparent of what it follows from; without one, what is going on here.</param>
    public static Activity? Of(Guid? trade, string name, ActivityKind kind = ActivityKind.Internal, string? from = null, Guid? correlation = null)
    {
        if (!AreOn)
        {
            return null;
        }

        var before = ActivityContext.TryParse(from, null, isRemote: true, out var told) ? told : Activity.Current?.Context ?? default;
        var isThere = trade is null || trade == Guid.Empty || TraceOf(trade.Value) == before.TraceId;
        var span = isThere ? source.StartActivity(name, kind, before) : BeginAnew(TraceOf(trade!.Value), name, kind, before);
        About(span, trade, correlation);
        return span;
    }

    /// <summary>Without a parent, for the trade's trace has no span that is sure to be there. What goes on here would become one.</summary>
    private static Activity? BeginAnew(ActivityTraceId trace, string name, ActivityKind kind, ActivityContext before)
    {
        var outer = Activity.Current;
        Activity.Current = null;
        var span = source.StartActivity(name, kind, new ActivityContext(trace, default, ActivityTraceFlags.Recorded), links: before == default ? null : [new ActivityLink(before)]);
        Activity.Current = span ?? outer;
        return span;
    }

    /// <summary>What a message is to carry, so that who hears it goes on with the trace of its trade, also where it is said while something else goes on.</summary>
    internal static string? Traceparent(string type, Guid? trade, Cause cause)
    {
        var here = cause.Traceparent ?? Activity.Current?.Id;
        if (!AreOn || trade is null || trade == Guid.Empty || (ActivityContext.TryParse(here, null, out var context) && context.TraceId == TraceOf(trade.Value)))
        {
            return here;
        }

        var outer = Activity.Current;
        using (var said = Of(trade, $"say {type}", ActivityKind.Producer, here, cause.Correlation))
        {
            here = said?.Id ?? here;
        }

        Activity.Current = outer;
        return here;
    }

    /// <summary>Says of a span, and of every line of the log that is written within it, what it is about.</summary>
    public static void About(Activity? span, Guid? trade, Guid? correlation)
    {
        if (trade is not null)
        {
            span?.SetTag(Trade, trade.ToString());
        }

        if (correlation is not null)
        {
            span?.SetTag(Correlation, correlation.ToString());
        }
    }

    /// <summary>Says that what the span was for did not come about.</summary>
    public static void Fail(Activity? span, Exception fault) => span?.SetStatus(ActivityStatusCode.Error, fault.GetType().Name);

    /// <summary>The trace of a trade: the sixteen bytes of its id, as they are written.</summary>
    public static ActivityTraceId TraceOf(Guid trade)
    {
        Span<byte> bytes = stackalloc byte[16];
        trade.TryWriteBytes(bytes, bigEndian: true, out _);
        return ActivityTraceId.CreateFromBytes(bytes);
    }
}
