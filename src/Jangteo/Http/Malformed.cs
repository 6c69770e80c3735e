using System.Text.Json;
using System.Text.RegularExpressions;
using Jangteo.Contracts;

namespace Jangteo.Http;

/// <summary>Says what is wrong with a request that could not be read, by JSON path or parameter, in words of the API and never of the program.</summary>
internal static partial class Malformed
{
    private const string Body = "$";

    /// <summary>The refusal for what the framework could not bind.</summary>
    public static Refusal Of(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status408RequestTimeout => new Refusal(Refusals.Malformed, Detail.BodyTooSlow),
        StatusCodes.Status413PayloadTooLarge => new Refusal(Refusals.TooLarge),
        StatusCodes.Status415UnsupportedMediaType => At(Body, Wrong.SentAsOtherThanJson),
        _ when bad.InnerException is JsonException json => Of(json),
        _ when bad.Message.StartsWith("Implicit body inferred", StringComparison.Ordinal) => At(Body, Wrong.NoBody),
        _ when Parameter().Match(bad.Message) is { Success: true } match => At(match.Groups["name"].Value, Wrong.Unreadable),
        _ when Missing().Match(bad.Message) is { Success: true } match => match.Groups["from"].Value.Contains("body", StringComparison.Ordinal)
            ? At(Body, Wrong.NoBody)
            : At(match.Groups["name"].Value, Wrong.Missing),
        _ => new Refusal(Refusals.Malformed),
    };

    /// <summary>The refusal for a status that nobody gave a body.</summary>
    public static Refusal OfStatus(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status401Unauthorized => new Refusal(Refusals.Unauthenticated),
        StatusCodes.Status403Forbidden => new Refusal(Refusals.NotYours),
        StatusCodes.Status405MethodNotAllowed =>
            new Refusal(Refusals.NotFound, Detail.NoSuchMethod(http.Request.Method, http.Response.Headers.Allow.ToString())),
        StatusCodes.Status404NotFound => new Refusal(Refusals.NotFound),
        StatusCodes.Status412PreconditionFailed => new Refusal(Refusals.Stale),
        StatusCodes.Status413PayloadTooLarge => new Refusal(Refusals.TooLarge),
        StatusCodes.Status415UnsupportedMediaType => At(Body, Wrong.SentAsOtherThanJson),
        StatusCodes.Status429TooManyRequests => new Refusal(Refusals.TooManyRequests, RetryAfter: TimeSpan.FromSeconds(1)),
        StatusCodes.Status503ServiceUnavailable => new Refusal(Refusals.Busy, RetryAfter: TimeSpan.FromSeconds(1)),
        >= 500 => new Refusal(Refusals.Internal),
        _ => new Refusal(Refusals.Malformed),
    };

    public static Refusal Query(Detail wrong) => new(Refusals.Malformed, wrong);

    private static Refusal Of(JsonException json)
    {
        var path = string.IsNullOrEmpty(json.Path) ? Body : json.Path;
        var message = json.Message;
        if (Required().Match(message) is { Success: true } required)
        {
            return new Refusal(Refusals.Malformed, Fields: Quoted().Matches(required.Groups["names"].Value)
                .ToDictionary(name => $"{path}.{name.Groups["name"].Value}", _ => new[] { Wrong.Missing }));
        }

        if (Unknown().Match(message) is { Success: true } unknown)
        {
            // The path ends in the unknown member itself.
            return At(path, Wrong.NoSuchMember(unknown.Groups["name"].Value));
        }

        return At(path, WhatIsWrong(message));
    }

    private static Wrong WhatIsWrong(string message) => message switch
    {
        _ when message.Contains("U+0000", StringComparison.Ordinal) => Wrong.NulCharacter,
        "This is not a text." => Wrong.NotText,
        "This is not a time." => Wrong.NotTime,
        _ when message.StartsWith("Duplicate property", StringComparison.Ordinal) => Wrong.StandsTwice,
        _ when message.Contains("doesn't allow", StringComparison.Ordinal) => Wrong.IsNull,
        _ when message.Contains("could not be converted", StringComparison.Ordinal) => Wrong.OtherType,
        _ => Wrong.NotJson,
    };

    private static Refusal At(string where, Wrong wrong) =>
        new(Refusals.Malformed, Fields: new Dictionary<string, Wrong[]> { [where] = [wrong] });

    [GeneratedRegex("""Failed to bind parameter ".* (?<name>\w+)" from""")]
    private static partial Regex Parameter();

    [GeneratedRegex("""Required parameter ".* (?<name>\w+)" was not provided from (?<from>.+)\.""")]
    private static partial Regex Missing();

    [GeneratedRegex("""missing required properties including: (?<names>.+)\.""")]
    private static partial Regex Required();

    [GeneratedRegex("""'(?<name>[^']+)'""")]
    private static partial Regex Quoted();

    [GeneratedRegex("""The JSON property '(?<name>[^']*)' could not be mapped""")]
    private static partial Regex Unknown();
}
