using System.Globalization;
using System.Security.Cryptography;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Identity;

/// <summary>
/// Remembers, in a protected cookie, the devices from which a person has signed in with their password. The cookie signs in no person; a
/// sign-in from a known device is slowed down only by that device's own wrong guesses, so strangers' guesses do not keep the owner out.
/// </summary>
internal sealed class KnownDevices(IDataProtectionProvider protection, TimeProvider machine)
{
    public const string Cookie = "jangteo-device";

    /// <summary>It begins anew with every sign-in.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromDays(365);

    private readonly IDataProtector protector = protection.CreateProtector("jangteo.device.v1");

    /// <summary>The device that sends a request, when the account was signed in to by it; else null.</summary>
    public Guid? Find(HttpRequest request, string emailKey)
    {
        if (request.Cookies[Cookie] is not { Length: > 0 } cookie)
        {
            return null;
        }

        try
        {
            return protector.Unprotect(cookie).Split(' ', 3) is [var until, var device, var account]
                && account == emailKey
                && DateTimeOffset.FromUnixTimeSeconds(long.Parse(until, CultureInfo.InvariantCulture)) > machine.GetUtcNow()
                ? Guid.Parse(device)
                : null;
        }
        catch (CryptographicException)
        {
            // Not ours, or protected by keys that are gone.
            return null;
        }
    }

    /// <summary>Remembers the device that a person has just signed in with.</summary>
    public void Remember(HttpContext http, string emailKey)
    {
        var device = Find(http.Request, emailKey) ?? Ids.New();
        var until = (machine.GetUtcNow() + Life).ToUnixTimeSeconds();
        var cookie = protector.Protect(string.Create(CultureInfo.InvariantCulture, $"{until} {device} {emailKey}"));
        http.Response.Cookies.Append(Cookie, cookie, Sessions.Attributes(http, Life, path: "/api/session"));
    }
}
