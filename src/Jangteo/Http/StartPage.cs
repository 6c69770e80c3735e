using System.Collections.Concurrent;
using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;

namespace Jangteo.Http;

/// <summary>What the start page lists at first: with it in the page, the first things are drawn without asking for them.</summary>
/// <param name="listings">Null in a process that has no listings.</param>
internal sealed class StartPage(ISharedListings? listings, TimeProvider machine)
{
    /// <summary>If it takes longer, the page is sent without it, and its script asks for the list.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>By language. It is the same for everybody, so those who come at about the same time get one answer.</summary>
    private readonly ConcurrentDictionary<string, SharedLook<StartList>> looks = new();

    /// <returns>Null when it cannot be had now.</returns>
    public async Task<StartList?> Find(string language, CancellationToken ct)
    {
        if (listings is null)
        {
            return null;
        }

        var look = looks.GetOrAdd(
            language, _ => new SharedLook<StartList>(() => listings.StartPage(language, CancellationToken.None), machine));
        try
        {
            return await look.Now(ct).WaitAsync(Patience, ct);
        }
        catch (Exception away) when ((away is RefusedException || PassingFault.Is(away)) && !ct.IsCancellationRequested)
        {
            return null;
        }
    }
}
