using System.Diagnostics;
using Jangteo.Contracts;

namespace Jangteo.Platform.Messaging;

/// <summary>The spans of a module's hearing a batch, one for each message and each in the trace of its own trade. There is none while nobody listens.</summary>
internal sealed class SpansOfBatch : IDisposable
{
    private readonly (Message Message, Activity? Span)[] heard;

    private SpansOfBatch(string receiver, IReadOnlyList<Message> messages)
    {
        heard = [.. messages.Select(message => (message, Begin(receiver, message, isAlone: messages.Count == 1)))];
        Messages = [.. heard.Select(pair => pair.Message with { Traceparent = pair.Span?.Id ?? pair.Message.Traceparent })];
    }

    /// <summary>The messages as they are to be heard: what follows from one is a child of its span.</summary>
    public IReadOnlyList<Message> Messages { get; }

    public static SpansOfBatch? Of(string receiver, IReadOnlyList<Message> messages) => Spans.AreOn ? new SpansOfBatch(receiver, messages) : null;

    /// <summary>Those of a stream that cannot be heard now are offered again, perhaps many times; only the time when they are heard is told.</summary>
    public void LeaveOut(IReadOnlySet<Guid> streams)
    {
        foreach (var (message, span) in heard)
        {
            if (span is not null && streams.Contains(message.Stream))
            {
                span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            }
        }
    }

    public void Fail(Exception fault)
    {
        foreach (var (_, span) in heard)
        {
            Spans.Fail(span, fault);
        }
    }

    public void Dispose()
    {
        foreach (var (_, span) in heard)
        {
            span?.Dispose();
        }
    }

    /// <summary>A message that is heard alone is what is going on; among many none of them is, and the statements of the batch belong to none.</summary>
    private static Activity? Begin(string receiver, Message message, bool isAlone)
    {
        var outer = Activity.Current;
        var span = Spans.Of(message.Context.Trade, $"{receiver} hears {message.Type}", ActivityKind.Consumer, message.Traceparent, message.Correlation);
        span?.SetTag("jangteo.kind", message.Context.Kind).SetTag("jangteo.sender", message.Sender).SetTag("jangteo.message", message.Id.ToString());
        if (!isAlone)
        {
            Activity.Current = outer;
        }

        return span;
    }
}
