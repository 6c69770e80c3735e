using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Jangteo.Tests.Notices;

/// <summary>Stands where a carrier would be: keeps what it is asked, and answers what it is told to.</summary>
internal sealed class CarrierStandIn : IAsyncDisposable
{
    public const string Secret = "a secret of both sides";

    private readonly WebApplication app;
    private readonly ConcurrentQueue<JsonNode> asked = new();

    private CarrierStandIn(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    /// <summary>The bodies of what it was asked to send.</summary>
    public IReadOnlyList<JsonNode> Asked => [.. asked];

    /// <summary>What it knows of every message from now on: accepted, refused or unknown; null is not taken now.</summary>
    public string? State { get; set; } = "accepted";

    /// <summary>Messages to these numbers it does not take, and answers 503.</summary>
    public IReadOnlyCollection<string> NotTo { get; set; } = [];

    /// <summary>Whether it takes messages and answers with a page, as a proxy does.</summary>
    public bool AnswersPages { get; set; }

    /// <summary>Has it take everything again.</summary>
    public void TakeAll() => (State, NotTo, AnswersPages) = ("accepted", [], false);

    public static async Task<CarrierStandIn> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var standIn = new CarrierStandIn(builder.Build());
        standIn.app.Run(standIn.Answer);
        await standIn.app.StartAsync();
        return standIn;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task Answer(HttpContext http)
    {
        if (http.Request.Headers.Authorization != $"Bearer {Secret}")
        {
            http.Response.StatusCode = (int)HttpStatusCode.Unauthorized;
            return;
        }

        var isSend = HttpMethods.IsPost(http.Request.Method);
        var body = isSend ? (await JsonNode.ParseAsync(http.Request.Body))! : null;
        var key = isSend ? (string)body!["key"]! : http.Request.Path.Value!.Split('/')[^1];
        if (isSend)
        {
            asked.Enqueue(body!);
        }

        if (State is not { } state || (isSend && NotTo.Contains((string)body!["to"]!)))
        {
            http.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
            return;
        }

        if (AnswersPages)
        {
            http.Response.ContentType = "text/html";
            await http.Response.WriteAsync("<p>Please wait.</p>");
            return;
        }

        await http.Response.WriteAsJsonAsync(new
        {
            key,
            state,
            revision = 2,
            provider = "stand-in",
            message = (string?)null,
            code = (string?)null,
            delivery = "pending",
            at = "2026-01-01T00:00:00.000Z",
            ofALaterVersion = true,
        });
    }
}
