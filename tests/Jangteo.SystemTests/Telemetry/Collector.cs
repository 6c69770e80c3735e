using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Jangteo.SystemTests.Telemetry;

/// <summary>Takes what the program sends over OTLP, as a collector would, and keeps every byte of it.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentQueue<byte[]> taken = new();
    private readonly ConcurrentQueue<Traced> spans = new();
    private readonly ConcurrentQueue<Measured> figures = new();
    private readonly ConcurrentDictionary<string, Emitted> emitted = new();
    private readonly ConcurrentQueue<Logged> lines = new();
    private readonly WebApplication app;

    private Collector(WebApplication app) => this.app = app;

    public string Endpoint => app.Urls.First();

    /// <summary>All that came, as it came.</summary>
    public IReadOnlyList<byte[]> Bytes => [.. taken];

    public IReadOnlyList<Traced> Spans => [.. spans];

    /// <summary>In the order in which they were counted.</summary>
    public IReadOnlyList<Measured> Figures => [.. figures];

    /// <summary>Every metric that came, of every kind.</summary>
    public IReadOnlyList<Emitted> Metrics => [.. emitted.Values];

    public IReadOnlyList<Logged> Lines => [.. lines];

    /// <param name="endpoint">Where those it listens to were told that it is; else wherever there is room.</param>
    public static async Task<Collector> Start(string endpoint = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(endpoint);
        var app = builder.Build();
        var collector = new Collector(app);
        app.MapPost("/v1/{what}", async (string what, HttpContext http) =>
        {
            using var bytes = new MemoryStream();
            await http.Request.Body.CopyToAsync(bytes, http.RequestAborted);
            collector.Take(what, bytes.ToArray());
            http.Response.ContentType = "application/x-protobuf";
        });
        await app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private void Take(string what, byte[] bytes)
    {
        taken.Enqueue(bytes);

        // Resource, scope, and then what the signal is made of.
        foreach (var (process, scope) in new Packed(bytes).All(1).SelectMany(resource => resource.All(2).Select(scope => (resource.All(1).Single().Attributes(1)["service.name"], scope))))
        {
            foreach (var one in scope.All(2))
            {
                switch (what)
                {
                    case "traces":
                        spans.Enqueue(Traced.Read(process, scope.Scope, one));
                        break;
                    case "metrics":
                        var metric = Emitted.Read(one);
                        emitted.AddOrUpdate(metric.Name, metric, (_, before) => before.With(metric));
                        foreach (var value in Measured.Read(one))
                            figures.Enqueue(value);
                        break;
                    default:
                        lines.Enqueue(Logged.Read(one));
                        break;
                }
            }
        }
    }
}

/// <summary>A protobuf message, read just as far as somebody asks.</summary>
internal readonly struct Packed(ReadOnlyMemory<byte> bytes)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;

    /// <summary>The name of the scope, for what stands beside one.</summary>
    public string Scope => All(1).Single().Text(1);

    public string Text(int field) => Encoding.UTF8.GetString(Raw(field).Span);

    public string Hex(int field) => Convert.ToHexStringLower(Raw(field).Span);

    public bool Has(int field) => Fields().Any(one => one.Field == field);

    /// <summary>A number of a fixed width: of sixty-four bits in two's complement.</summary>
    public long Number(int field) => Fields().First(one => one.Field == field).Number;

    public IEnumerable<Packed> All(int field) => Fields().Where(one => one.Field == field).Select(one => new Packed(one.Bytes));

    /// <summary>A list of names and values, by name.</summary>
    public IReadOnlyDictionary<string, string> Attributes(int field) => All(field).ToDictionary(pair => pair.Text(1), pair => Value(pair.All(2).Single()));

    private static string Value(Packed value) => value.Has(1) ? value.Text(1) : value.Has(3) ? value.Number(3).ToString() : "";

    private ReadOnlyMemory<byte> Raw(int field) => Fields().FirstOrDefault(one => one.Field == field).Bytes;

    private List<(int Field, ReadOnlyMemory<byte> Bytes, long Number)> Fields()
    {
        var fields = new List<(int, ReadOnlyMemory<byte>, long)>();
        for (var at = 0; at < bytes.Length;)
        {
            var tag = Read(ref at);
            var (field, form) = ((int)(tag >> 3), (int)(tag & 7));
            switch (form)
            {
                case Varint:
                    fields.Add((field, default, (long)Read(ref at)));
                    break;
                case Fixed64:
                    fields.Add((field, default, BitConverter.ToInt64(bytes.Span[at..])));
                    at += 8;
                    break;
                case Bytes:
                    var length = (int)Read(ref at);
                    fields.Add((field, bytes.Slice(at, length), 0));
                    at += length;
                    break;
                default:
                    at += 4;
                    break;
            }
        }

        return fields;
    }

    private ulong Read(ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = bytes.Span[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
    }
}

/// <summary>A span. Ids are as they are written: small hexadecimal digits.</summary>
/// <param name="Parent">Empty where a trace begins.</param>
/// <param name="Linked">The traces it is linked with.</param>
internal sealed record Traced(string Process, string Source, string Name, string Trace, string Id, string Parent, IReadOnlyDictionary<string, string> Tags, string[] Linked)
{
    public string? Tag(string name) => Tags.GetValueOrDefault(name);

    public static Traced Read(string process, string source, Packed span) =>
        new(process, source, span.Text(5), span.Hex(1), span.Hex(2), span.Hex(4), span.Attributes(9), [.. span.All(13).Select(link => link.Hex(1))]);
}

/// <summary>One value of a figure that is counted when it is collected.</summary>
internal sealed record Measured(string Name, long Value, IReadOnlyDictionary<string, string> Tags)
{
    private const int Gauge = 5;

    public static IEnumerable<Measured> Read(Packed metric) =>
        metric.Has(Gauge) ? metric.All(Gauge).Single().All(1).Where(point => point.Has(6)).Select(point => new Measured(metric.Text(1), point.Number(6), point.Attributes(7))) : [];
}

/// <summary>A metric as a collector knows it.</summary>
/// <param name="Names">Under which Prometheus has it; a histogram has three.</param>
/// <param name="Tags">Those that any of its values had, as Prometheus writes them.</param>
internal sealed record Emitted(string Name, IReadOnlyList<string> Names, IReadOnlyList<string> Tags)
{
    private const int Gauge = 5;
    private const int Sum = 7;
    private const int Histogram = 9;
    private const int IsMonotonic = 3;

    public Emitted With(Emitted other) => this with { Tags = [.. Tags.Union(other.Tags)] };

    public static Emitted Read(Packed metric)
    {
        var kind = new[] { Gauge, Sum, Histogram }.First(metric.Has);
        var data = metric.All(kind).Single();
        var tags = data.All(1).SelectMany(point => point.Attributes(kind == Histogram ? 9 : 7).Keys).Distinct();
        var name = InPrometheus(metric.Text(1), metric.Text(3), kind == Gauge);
        return new Emitted(
            metric.Text(1),
            kind == Histogram ? [$"{name}_bucket", $"{name}_count", $"{name}_sum"]
            : kind == Sum && data.Has(IsMonotonic) && data.Number(IsMonotonic) == 1 ? [$"{name}_total"]
            : [name],
            [.. tags.Select(tag => Regex.Replace(tag, @"\W", "_"))]);
    }

    /// <summary>
    /// As the collector's exporter writes it: what no name may hold is an underscore, and the unit stands behind, in whole words. A unit in
    /// braces is a comment.
    /// </summary>
    private static string InPrometheus(string name, string unit, bool isGauge)
    {
        var suffix = unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            "1" => isGauge ? "_ratio" : "",
            "" or ['{', ..] => "",
            _ => throw new NotSupportedException($"{name} has the unit {unit}; teach this how the collector writes it."),
        };
        var plain = Regex.Replace(name, @"\W", "_");
        return plain.EndsWith(suffix, StringComparison.Ordinal) ? plain : plain + suffix;
    }
}

/// <summary>A line of the log.</summary>
internal sealed record Logged(string Text, string Trace, IReadOnlyDictionary<string, string> Words)
{
    public static Logged Read(Packed line) => new(line.All(5).Single().Text(1), line.Hex(9), line.Attributes(6));
}
