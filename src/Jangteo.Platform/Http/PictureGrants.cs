using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Http;

/// <summary>
/// How a module that knows who may see a picture says so to the one that keeps it: by the address it sends the reader to. The grant in it
/// is for one picture and some minutes, under the keys that every process shares, so no other process has to be asked.
/// </summary>
public sealed class PictureGrants(IDataProtectionProvider protection, TimeProvider machine)
{
    /// <summary>The name of the grant in the query.</summary>
    public const string Query = "grant";

    /// <summary>How long a grant is good for: as long as a page takes to load, and a little.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly IDataProtector protector = protection.CreateProtector("jangteo.picture.v1");

    /// <summary>
    /// Sends a reader who may see a picture to where it is. The browser keeps the address, and with it the picture, for a part of the
    /// grant's life.
    /// </summary>
    public IResult Send(HttpContext http, Guid picture, string? size)
    {
        http.Response.Headers.CacheControl = string.Create(CultureInfo.InvariantCulture, $"private, max-age={Life.TotalSeconds / 2}");
        var grant = protector.Protect(
            string.Create(CultureInfo.InvariantCulture, $"{picture} {(machine.GetUtcNow() + Life).ToUnixTimeSeconds()}"));
        return Results.Redirect(
            $"/api/pictures/{picture}?{(size is null ? "" : $"size={Uri.EscapeDataString(size)}&")}{Query}={grant}", preserveMethod: true);
    }

    /// <summary>Whether a grant is for this picture, and still good.</summary>
    public bool Allows(Guid picture, string? grant)
    {
        if (string.IsNullOrEmpty(grant))
        {
            return false;
        }

        try
        {
            return protector.Unprotect(grant).Split(' ') is [var granted, var until]
                && Guid.Parse(granted) == picture
                && machine.GetUtcNow() < DateTimeOffset.FromUnixTimeSeconds(long.Parse(until, CultureInfo.InvariantCulture));
        }
        catch (CryptographicException)
        {
            // Made up, cut off, or under keys that are gone: no grant.
            return false;
        }
    }
}
