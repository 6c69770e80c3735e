using System.Globalization;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Views;

/// <summary>
/// Waits, two seconds at most, until the views have what a command's answer named in its token,
/// <c>&lt;module&gt;:&lt;stream&gt;:&lt;revision&gt;</c>: a person who has just written something then finds it. Only people who are signed
/// in get such tokens, so a request of anybody else is answered at once.
/// </summary>
internal sealed class Arrived([FromKeyedServices(Modules.Views)] Storage storage, Live live, TimeProvider machine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Another process may be the one that hears it, so nobody relies on being told.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <returns>True when the wait was in vain; null when there was nothing to wait for or it has arrived.</returns>
    public async Task<bool?> WaitFor(HttpContext http, string? token, CancellationToken ct)
    {
        if (token is null)
        {
            return null;
        }

        var (table, id, revision) = Read(token);
        var patience = OccupiesRoutes.MayWait(http) ? Patience : TimeSpan.Zero;
        var begun = machine.GetTimestamp();
        while (true)
        {
            var something = live.Heard(LookEvery, ct);
            if (await storage.Find(new Sql($"select revision from {table} where id = $1", id), reader => reader.GetInt32(0), ct) >= revision)
            {
                return null;
            }

            if (machine.GetElapsedTime(begun) >= patience)
            {
                return true;
            }

            await something;
        }
    }

    private static (string Table, Guid Id, int Revision) Read(string token) =>
        token.Split(':') is [var module, var stream, var revision]
        && Guid.TryParse(stream, out var id)
        && int.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? module switch
            {
                Modules.Trading => ("trades", id, number),
                Modules.Catalog => ("listings", id, number),
                _ => throw Asked.Bad("after", Wrong.Token),
            }
            : throw Asked.Bad("after", Wrong.Token);
}
