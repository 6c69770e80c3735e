using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform.Machine;

namespace Jangteo.Split;

/// <summary>
/// A request of <c>jangteo split restart</c> to the market that works with a data folder: one file for each request, which the market answers
/// with another file.
/// </summary>
/// <param name="Id">In the name of both files.</param>
/// <param name="Modules">Whose processes are replaced, one after the other.</param>
/// <param name="Release">The program of the new processes; null is that of the old ones.</param>
internal sealed record Restart(Guid Id, IReadOnlyList<string> Modules, Release? Release)
{
    private const string Request = ".restart";
    private const string Answered = ".restarted";

    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>The request that has waited longest, or null. Its file is deleted, so that it is carried out once.</summary>
    public static async Task<Restart?> Requested(string splitFolder)
    {
        if (RequestsIn(splitFolder).MinBy(File.GetLastWriteTimeUtc) is not { } path)
        {
            return null;
        }

        var request = JsonSerializer.Deserialize<Restart>(await File.ReadAllTextAsync(path), Wire.Json);
        File.Delete(path);
        return request;
    }

    /// <summary>What was asked of a market that has ended is not done by the next one.</summary>
    public static void ForgetRequested(string splitFolder)
    {
        foreach (var path in (string[])[.. RequestsIn(splitFolder), .. Directory.GetFiles(splitFolder, "*" + Answered)])
        {
            File.Delete(path);
        }
    }

    /// <summary>Answers it.</summary>
    /// <param name="failure">Why it could not be done; null when it was.</param>
    public Task Done(string splitFolder, string? failure) =>
        WriteWhole(Path.Combine(splitFolder, Id + Answered), JsonSerializer.Serialize(new Answer(failure), Wire.Json));

    /// <summary>Asks for it, and returns when it has been done.</summary>
    /// <param name="runs">Whether the market still runs.</param>
    /// <exception cref="UnavailableException">It could not be done; the processes that were replaced stay so.</exception>
    public async Task Ask(string splitFolder, Func<bool> runs, CancellationToken ct)
    {
        var answered = Path.Combine(splitFolder, Id + Answered);
        await WriteWhole(Path.Combine(splitFolder, Id + Request), JsonSerializer.Serialize(this, Wire.Json));
        while (true)
        {
            if (File.Exists(answered))
            {
                var answer = JsonSerializer.Deserialize<Answer>(await File.ReadAllTextAsync(answered, ct), Wire.Json)!;
                File.Delete(answered);
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

    private static string[] RequestsIn(string splitFolder) => Directory.GetFiles(splitFolder, "*" + Request);

    private static async Task WriteWhole(string path, string text)
    {
        await File.WriteAllTextAsync(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    private sealed record Answer(string? Failure);
}
