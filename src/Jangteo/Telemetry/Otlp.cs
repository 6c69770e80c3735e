using Jangteo.Platform;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Jangteo.Telemetry;

/// <summary>
/// Sends traces, figures and log lines over OTLP to the endpoint of the settings. Nothing but this folder refers to OpenTelemetry, and it is entered only when
/// there is an endpoint, so that without one not even its code is loaded.
/// </summary>
internal sealed class Otlp : IDisposable
{
    /// <summary>What the framework and the driver say of themselves, beside our own.</summary>
    private static readonly string[] Sources = [Spans.Source, "Microsoft.AspNetCore", "System.Net.Http", "Npgsql"];

    private static readonly string[] Meters = [Spans.Source, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "Npgsql", "System.Runtime"];

    /// <summary>A collector that does not answer is given up after this; what was to be sent is lost, and nothing else.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Figures figures;
    private readonly TracerProvider traces;
    private readonly MeterProvider meters;

    private Otlp(Figures figures, TracerProvider traces, MeterProvider meters) => (this.figures, this.traces, this.meters) = (figures, traces, meters);

    /// <summary>Log lines go out beside the console, with the trade and the correlation they are about.</summary>
    public static void AddLogs(ILoggingBuilder logging, Settings settings) =>
        logging.AddOpenTelemetry(lines =>
        {
            lines.SetResourceBuilder(Self(settings));
            lines.IncludeFormattedMessage = true;
            lines.AddProcessor(new AboutTrade());
            lines.AddOtlpExporter(to => Set(to, settings, "logs"));
        });

    /// <summary>Begins to send. Dispose sends what is left.</summary>
    public static IDisposable Start(WebApplication app, IReadOnlyList<Module> modules, Settings settings)
    {
        RequestSpans.Use(app);
        var figures = new Figures(modules, app.Services);
        return new Otlp(
            figures,
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Self(settings)).SetSampler(new WithoutLoneCalls()).AddSource(Sources).AddOtlpExporter(to => Set(to, settings, "traces")).Build(),
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Self(settings)).AddMeter(Meters).AddOtlpExporter((to, reader) =>
            {
                Set(to, settings, "metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)settings.Telemetry.Every.TotalMilliseconds;
            }).Build());
    }

    public void Dispose()
    {
        // Both at once: a collector that does not answer is waited for only once.
        Parallel.Invoke(meters.Dispose, traces.Dispose);
        figures.Dispose();
    }

    private static void Set(OtlpExporterOptions to, Settings settings, string what)
    {
        to.Protocol = OtlpExportProtocol.HttpProtobuf;
        to.Endpoint = new Uri($"{settings.Telemetry.Endpoint.TrimEnd('/')}/v1/{what}");
        to.TimeoutMilliseconds = (int)Patience.TotalMilliseconds;
    }

    private static ResourceBuilder Self(Settings settings) =>
        ResourceBuilder.CreateDefault().AddService(
            settings.Target == "all" ? "jangteo" : $"jangteo-{settings.Target.Replace(',', '-')}", "jangteo",
            typeof(Otlp).Assembly.GetName().Version?.ToString(3), serviceInstanceId: $"{Environment.MachineName}:{settings.Port}");
}
