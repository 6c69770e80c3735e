using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Jangteo.Telemetry;

/// <summary>
/// Everything is traced, but for a call out that nothing asked for: loops look into their tables every second, and each look would be a trace of its own.
/// What comes with a decision from elsewhere keeps it.
/// </summary>
internal sealed class WithoutLoneCalls : Sampler
{
    private readonly ParentBasedSampler asked = new(new AlwaysOnSampler());

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.Kind == ActivityKind.Client && samplingParameters.ParentContext.TraceId == default
            ? new SamplingResult(SamplingDecision.Drop)
            : asked.ShouldSample(samplingParameters);
}
