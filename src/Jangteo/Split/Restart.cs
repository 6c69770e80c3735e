using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform.Machine;

namespace Jangteo.Split;

/// <summary>
/// What <c>jangteo split restart</c> asks of the market that works with a data folder: a file that the market answers by another one.
/// </summary>
/// <param name="Id">By this the answer is known.</param>
/// <param name="Modules">Whose processes are replaced, one after the other.</param>
/// <param name="Release">The program of the new processes; null is that of the old ones.</param>
internal sealed record Restart(Guid Id, IReadOnlyList<string> Modules, Release? Release)
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>The request that waits, or null. It is taken: nobody gets it twice.</summary>
    public static async Task<Restart?> Requested(string splitFolder)
    {
        var path = RequestIn(splitFolder);
        if (!File.Exists(path))
        {
            return null;
        }

        var request = JsonSerializer.Deserialize<Restart>(await File.ReadAllTextAsync(path), Wire.Json);
        File.Delete(path);
        return request;
    }

    /// <summary>What was asked of a market that has ended is not done by the next one.</summary>
    public static void ForgetRequested(string splitFolder) => File.Delete(RequestIn(splitFolder));

    /// <summary>Answers it.</summary>
    /// <param name="failure">Why it could not be done; null when it was.</param>
    public Task Done(string splitFolder, string? failure) => WriteWhole(AnswerIn(splitFolder), JsonSerializer.Serialize(new Answer(Id, failure), Wire.Json));

    /// <summary>Asks for it, and returns when it has been done.</summary>
    /// <param name="runs">Whether the market still runs.</param>
    /// <exception cref="UnavailableException">It could not be done; the processes that were replaced stay so.</exception>
    public async Task Ask(string splitFolder, Func<bool> runs, CancellationToken ct)
    {
        await WriteWhole(RequestIn(splitFolder), JsonSerializer.Serialize(this, Wire.Json));
        while (true)
        {
            var answer = File.Exists(AnswerIn(splitFolder))
                ? JsonSerializer.Deserialize<Answer>(await File.ReadAllTextAsync(AnswerIn(splitFolder), ct), Wire.Json) : null;
            if (answer?.Id == Id)
            {
                if (answer.Failure is { } failure)
                {
                    throw new UnavailableException(failure);
                }

                return;
            }

            if (!runs())
            {
                throw new UnavailableException("The market has ended meanwhile.");
            }

            await Task.Delay(LooksEvery, ct);
        }
    }

    private static string RequestIn(string splitFolder) => Path.Combine(splitFolder, "restart");

    private static string AnswerIn(string splitFolder) => Path.Combine(splitFolder, "restarted");

    private static async Task WriteWhole(string path, string text)
    {
        await File.WriteAllTextAsync(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    private sealed record Answer(Guid Id, string? Failure);
}
