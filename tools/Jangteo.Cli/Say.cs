namespace Jangteo.Cli;

/// <summary>Words for people, on the error output: the output proper belongs to what is run.</summary>
internal static class Say
{
    private static readonly List<string> ongoing = [];

    public static void Line(string text) => Console.Error.WriteLine(text);

    /// <summary>Runs work that takes a while: on a terminal a line counts the seconds of all that goes on, elsewhere there is a line for each.</summary>
    public static async Task<T> While<T>(string what, Task<T> work)
    {
        if (Console.IsErrorRedirected)
        {
            Line($"{what} ...");
            return await work;
        }

        lock (ongoing)
        {
            ongoing.Add(what);
        }

        var begun = TimeProvider.System.GetTimestamp();
        while (await Task.WhenAny(work, Task.Delay(200)) != work)
        {
            lock (ongoing)
            {
                Console.Error.Write($"\r\e[K{string.Join("; ", ongoing)} ... {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:0} s ");
            }
        }

        lock (ongoing)
        {
            ongoing.Remove(what);
            Console.Error.Write("\r\e[K");
        }

        return await work;
    }

    /// <summary>The same, but says nothing if the work is already done.</summary>
    public static async Task<T> WhenLong<T>(string what, Task<T> work) =>
        work.IsCompleted ? await work : await While(what, work);

    public static Task While(string what, Task work) => While(what, Done(work));

    private static async Task<bool> Done(Task work)
    {
        await work;
        return true;
    }
}
