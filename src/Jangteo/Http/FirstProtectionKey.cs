using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace Jangteo.Http;

/// <summary>
/// Makes the first key that protects tokens, once for all processes of a market. Each would otherwise make its own as it starts, and not know
/// those of the others: the framework looks for unknown keys for a few minutes after a start, and then once a day.
/// </summary>
internal sealed class FirstProtectionKey(Storage common, IKeyManager keys, TimeProvider machine) : IHostedService
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(90);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(50);

    public Task StartAsync(CancellationToken cancellationToken) => Database.WaitIn(() => Make(cancellationToken), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Make(CancellationToken ct)
    {
        while (!await IsThere(ct))
        {
            await using var turn = await common.TryLock("first protection key", ct);
            if (turn is null)
            {
                // Another process makes it.
                await Task.Delay(LooksEvery, ct);
            }
            else if (!await IsThere(ct))
            {
                var now = machine.GetUtcNow();
                keys.CreateNewKey(now, now + Life);
            }
        }
    }

    private async Task<bool> IsThere(CancellationToken ct) =>
        await common.Find(new Sql("select exists (select from protection_keys)"), row => row.GetBoolean(0), ct);
}
