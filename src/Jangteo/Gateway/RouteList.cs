using System.Text;
using Jangteo.Http;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Sandbox;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Jangteo.Gateway;

/// <summary>Which module answers what, from the routes that the modules map themselves: there is no second list that could be wrong.</summary>
internal static class RouteList
{
    /// <summary>
    /// Who answers what every process can answer: the page, the API document, health, the doors of the sandbox. It is Views, for without it the page has
    /// nothing to show, and Trading, of which the most is asked, should be asked nothing else.
    /// </summary>
    public const string AnswersForAll = Modules.Views;

    /// <summary>Every route from outside, in the order in which they are to be tried: fixed words before parameters, as the program itself decides.</summary>
    /// <param name="sandbox">Whether the doors of the sandbox are among them.</param>
    public static async Task<IReadOnlyList<Route>> Read(bool sandbox)
    {
        var settings = new Settings { Sandbox = sandbox };
        var modules = Target.Of("all");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(Shelf.Of([], new Texts()));
        builder.Services.AddEdge(settings);
        // Nothing is started, so nothing connects.
        Hosting.AddModules(builder.Services, modules, settings, _ => "Host=none");
        await using var app = builder.Build();
        var routes = modules.SelectMany(module => Of(module.Name, app.Services, module.Map)).Concat(Of(AnswersForAll, app.Services, shared =>
        {
            shared.MapEdge();
            Operating.Map(shared, modules);
            if (sandbox)
            {
                Doors.Map(shared);
            }
        }));
        return [.. routes.OrderBy(route => route.Precedence).ThenBy(route => route.Pattern, StringComparer.Ordinal).ThenBy(route => route.Method, StringComparer.Ordinal)];
    }

    private static List<Route> Of(string module, IServiceProvider services, Action<IEndpointRouteBuilder> map)
    {
        var mapped = new Mapped(services);
        map(mapped);
        return
        [
            .. from endpoint in mapped.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
               from method in endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
               select new Route(
                   method, Pattern(endpoint.RoutePattern), module, endpoint.RoutePattern.InboundPrecedence,
                   Edge.LargestBodyOf(endpoint)),
        ];
    }

    /// <summary>A regular expression for the path in small letters, since the program does not tell them from large ones. It may end in one slash more, as there.</summary>
    private static string Pattern(RoutePattern route)
    {
        var pattern = new StringBuilder();
        foreach (var segment in route.PathSegments)
        {
            pattern.Append('/');
            foreach (var part in segment.Parts)
            {
                pattern.Append(part switch
                {
                    RoutePatternLiteralPart literal => literal.Content.ToLowerInvariant().Replace(".", "\\.", StringComparison.Ordinal),
                    RoutePatternParameterPart { IsCatchAll: false, IsOptional: false } parameter => Pattern(parameter),
                    _ => throw new NotSupportedException($"{route.RawText}: the gateway does not know such a part of a route; teach {nameof(RouteList)} what it matches."),
                });
            }
        }

        return pattern.Length == 0 ? "/" : pattern.Append("/?").ToString();
    }

    private static string Pattern(RoutePatternParameterPart parameter) => parameter.ParameterPolicies.Select(policy => policy.Content).ToList() switch
    {
        [] => "[^/]+",
        ["guid"] => "[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}",
        ["long"] => "-?[0-9]+",
        var others => throw new NotSupportedException($"{parameter.Name}: the gateway does not know the constraint {string.Join(':', others)}; teach {nameof(RouteList)} what it matches."),
    };

    /// <summary>Takes what is mapped, for reading and not for serving.</summary>
    private sealed class Mapped(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }
}

/// <summary>One method of one path, and who answers it.</summary>
/// <param name="Pattern">A regular expression for the path, without its ends.</param>
/// <param name="Precedence">The lower comes first, as the framework counts.</param>
/// <param name="LargestBody">Bytes of a request that the program takes here.</param>
internal sealed record Route(string Method, string Pattern, string Module, decimal Precedence, long LargestBody);
