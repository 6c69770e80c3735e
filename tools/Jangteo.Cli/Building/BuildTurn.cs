namespace Jangteo.Cli.Building;

/// <summary>
/// Lets one <c>./jangteo</c> of a repository install and build at a time; the others wait, and then use what it has built. Builds of the same
/// process share the turn. The operating system releases the lock when the process ends.
/// </summary>
internal sealed class BuildTurn : IAsyncDisposable
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(250);
    private static readonly SemaphoreSlim gate = new(1);
    private static FileStream? file;
    private static int holders;

    private BuildTurn()
    {
    }

    public static async Task<BuildTurn> Take()
    {
        await gate.WaitAsync();
        try
        {
            file ??= await Say.WhenLong("Another ./jangteo is building; waiting for it", Open());
            holders++;
            return new BuildTurn();
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await gate.WaitAsync();
        try
        {
            if (--holders == 0 && file is not null)
            {
                await file.DisposeAsync();
                file = null;
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Waits for the lock. Null if this user may not write here, and therefore builds nothing.</summary>
    private static async Task<FileStream?> Open()
    {
        var path = Path.Combine(Place.Built, "turn");
        while (true)
        {
            try
            {
                Directory.CreateDirectory(Place.Built);
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (UnauthorizedAccessException)
            {
                return null;
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(LooksEvery);
            }
        }
    }
}
