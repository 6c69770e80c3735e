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
    private static readonly Sql IsThere = new("select exists (select from protection_keys)");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await common.Find(IsThere, row => row.GetBoolean(0), cancellationToken))
        {
            return;
        }

        await common.Do(Cause.New(), async work =>
        {
            await work.Find(new Sql("select pg_advisory_xact_lock(hashtext('protection keys'))"), _ => true, cancellationToken);
            if (!await work.Find(IsThere, row => row.GetBoolean(0), cancellationToken))
            {
                // Stored by a transaction of its own, which is over before the lock is.
                var now = machine.GetUtcNow();
                keys.CreateNewKey(now, now + Life);
            }
        }, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
