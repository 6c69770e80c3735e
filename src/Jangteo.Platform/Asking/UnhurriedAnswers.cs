using Jangteo.Contracts;

namespace Jangteo.Platform.Asking;

/// <summary>
/// A module as it answers questions, wherever they come from. In the sandbox a switch makes it slow. The delay is in the module that
/// answers, so the caller notices only its own time-out, in the same process or in another.
/// </summary>
public sealed class UnhurriedAnswers(string module, IQuestions inner, Faults faults) : IQuestions
{
    private const int AtLeastMs = 400;
    private const int AtMostMs = 620;

    public async Task<Reply> Ask(Request question, CancellationToken ct)
    {
        await TakeTime(ct);
        return await inner.Ask(question, ct);
    }

    public async Task<Reply> Void(Request question, CancellationToken ct)
    {
        await TakeTime(ct);
        return await inner.Void(question, ct);
    }

    public Task<Reply.Unreachable?> Reach(CancellationToken ct) => inner.Reach(ct);

    private Task TakeTime(CancellationToken ct) => faults.IsOn(Faults.SlowOf(module)) ? Task.Delay(Random.Shared.Next(AtLeastMs, AtMostMs), ct) : Task.CompletedTask;
}
