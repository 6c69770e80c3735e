using Jangteo.Contracts;
using Jangteo.Platform.Asking;

namespace Jangteo.Between;

/// <summary>The circuit breaker between a module that asks and one that answers.</summary>
/// <param name="State">closed, open, halfopen or isolated; unreachable when nobody who asks can be asked himself.</param>
/// <param name="Asked">Questions that were sent to the module since its asker started.</param>
/// <param name="HeldOff">Questions that were refused without troubling it.</param>
internal sealed record BreakerOf(string Asker, string Module, string State, long Asked, long HeldOff)
{
    public const string Unreachable = "unreachable";

    /// <summary>Those of an asker in this process.</summary>
    public static BreakerOf[] Of(string asker, IServiceProvider services) =>
    [
        .. MessageTypes.AskedBy(asker).Select(module => (GuardedQuestions)services.GetRequiredKeyedService<IQuestions>(module))
            .Select(guarded => new BreakerOf(asker, guarded.Module, guarded.State.CircuitState.ToString().ToLowerInvariant(), guarded.Asked, guarded.HeldOff)),
    ];
}
