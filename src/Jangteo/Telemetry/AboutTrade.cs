using System.Diagnostics;
using Jangteo.Platform;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Jangteo.Telemetry;

/// <summary>Says of a log line which trade it is about and what it follows from: from the span it was written in, or from its own words.</summary>
internal sealed class AboutTrade : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        var attributes = new List<KeyValuePair<string, object?>>(data.Attributes ?? []);
        Say(attributes, Spans.Trade, "Trade");
        Say(attributes, Spans.Correlation, "Correlation");
        data.Attributes = attributes;
    }

    private static void Say(List<KeyValuePair<string, object?>> attributes, string tag, string word)
    {
        var said = attributes.Find(attribute => attribute.Key == word).Value;
        for (var span = Activity.Current; span is not null && said is null; span = span.Parent)
        {
            said = span.GetTagItem(tag);
        }

        if (said is not null)
        {
            attributes.Add(new(tag, said.ToString()));
        }
    }
}
