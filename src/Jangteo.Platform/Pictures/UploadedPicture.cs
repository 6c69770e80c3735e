using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Pictures;

/// <summary>A picture as it was sent, before anything is known of it.</summary>
/// <param name="Hash">Of the bytes: a file that is sent again has the same one.</param>
public sealed record UploadedPicture(byte[] Bytes, string Hash)
{
    public static async Task<UploadedPicture> Read(HttpContext http, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, ct);
        var bytes = body.ToArray();
        return new UploadedPicture(bytes, PictureFile.HashOf(bytes));
    }
}
