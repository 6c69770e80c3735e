using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Messaging;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Jangteo.Http;

/// <summary>
/// The API document, OpenAPI 3.1, made from the routes themselves: what is strict in reading (see <see cref="HttpJson"/>) makes it exact. The tests check
/// every request and answer they see against it.
/// </summary>
internal static partial class ApiDocument
{
    public const string Path = "/openapi/v1.json";

    private const string Name = "v1";
    private const string Problem = "Problem";
    private const string Bearer = "bearer";
    private const string Cookie = "cookie";

    public static void Add(IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        var named = new ConcurrentDictionary<string, Type>();
        options.CreateSchemaReferenceId = type =>
        {
            if (NumberIs(type.Type) is not null)
            {
                return null;
            }

            // Two modules may call different things the same; the one that comes second is then named with its module.
            var name = OpenApiOptions.CreateDefaultSchemaReferenceId(type);
            return name is null || named.GetOrAdd(name, type.Type) == type.Type ? name : type.Type.Namespace!.Split('.')[^1] + name;
        };
        options.AddSchemaTransformer((schema, context, _) =>
        {
            SayWhatOurConvertersRead(schema, context);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            SayWhatEveryRouteHas(operation, context);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            SayWhatAllShare(document);
            return Task.CompletedTask;
        });
    });

    /// <summary>GET /openapi/v1.json: made once, when somebody first asks. It is of every module, whichever of them are in this process.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var text = new Lazy<Task<byte[]>>(() =>
            Modules.All.All(name => routes.ServiceProvider.GetKeyedService<Log>(name) is not null) ? Write(routes.ServiceProvider) : WriteOfAll(routes.ServiceProvider.GetRequiredService<Settings>()));
        routes.MapGet(Path, async (HttpContext http) =>
        {
            http.Response.ContentType = "application/json; charset=utf-8";
            await http.Response.BodyWriter.WriteAsync(await text.Value, http.RequestAborted);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Maps every module as a process with all of them would, on a port that nobody is told, with nothing at work behind the routes.</summary>
    internal static async Task<byte[]> WriteOfAll(Settings settings)
    {
        var modules = Target.Of("all");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(Shelf.Of([], new Texts()));
        builder.Services.AddEdge(settings);
        Hosting.AddModules(builder.Services, modules, settings, _ => "Host=none");
        foreach (var loop in builder.Services.Where(service => service.ServiceType == typeof(IHostedService) && service.ImplementationFactory is not null).ToArray())
        {
            builder.Services.Remove(loop);
        }

        await using var app = builder.Build();
        Serving.MapAll(app, modules, settings);
        await app.StartAsync();
        try
        {
            return await Write(app.Services);
        }
        finally
        {
            await app.StopAsync();
        }
    }

    private static async Task<byte[]> Write(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var document = await scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync(CancellationToken.None);
        using var stream = new MemoryStream();
        await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1);
        return stream.ToArray();
    }

    /// <summary>A type with a converter of its own is anything at all to the framework; ours read texts and times.</summary>
    private static void SayWhatOurConvertersRead(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(string) || type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?))
        {
            var property = context.JsonPropertyInfo;
            var mayBeNull = type == typeof(DateTimeOffset?) || (property is not null && (property.AssociatedParameter?.IsNullable ?? property.IsGetNullable));
            schema.Type = mayBeNull ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        }

        // Every member that is written is there, null or not; only what is read may be left out.
        if (context.JsonTypeInfo.Kind == System.Text.Json.Serialization.Metadata.JsonTypeInfoKind.Dictionary && context.JsonTypeInfo.ElementType == typeof(string))
        {
            schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String };
        }
    }

    private static void SayWhatEveryRouteHas(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var path = Constraint().Replace("/" + context.Description.RelativePath, "");
        var method = context.Description.HttpMethod ?? "";
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "A refusal: a problem document with a code.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Problems.ContentType] = new() { Schema = new OpenApiSchemaReference(Problem, context.Document) },
            },
        };
        operation.Security = metadata.OfType<IAllowAnonymous>().Any()
            ? []
            : metadata.OfType<SignInOptional>().Any() ? [new OpenApiSecurityRequirement(), Requirement(Bearer, context.Document), Requirement(Cookie, context.Document)]
            : [Requirement(Bearer, context.Document), Requirement(Cookie, context.Document)];
        foreach (var (_, answer) in operation.Responses.Where(answer => answer.Key is "200" or "201" or "202" && method != HttpMethods.Get && operation.Security.Count > 0))
        {
            ((OpenApiResponse)answer).Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["Jangteo-Token"] = new OpenApiHeader { Description = "To be given as ?after= to what is read from the views, which then waits, two seconds at most, until it knows of this. Only a person who is signed in waits.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
            };
        }

        foreach (var given in context.Description.ParameterDescriptions)
        {
            // The framework sees a text or an object, since we read it ourselves.
            if (given.ParameterDescriptor is IParameterInfoParameterDescriptor parameter && NumberIs(parameter.ParameterInfo.ParameterType) is { } number
                && operation.Parameters?.OfType<OpenApiParameter>().FirstOrDefault(one => one.Name == given.Name) is { } described)
            {
                described.Schema = new OpenApiSchema { Type = number.Type, Format = number.Format, Minimum = described.Schema?.Minimum, Maximum = described.Schema?.Maximum };
            }
        }

        if (path.StartsWith("/api/operator", StringComparison.Ordinal))
        {
            operation.Description = "Operators only; other callers get 404.";
        }

        // A new password is answered with a token, which is not to be kept under a key.
        if (method == HttpMethods.Post && operation.Security.Count > 0 && path != "/api/people/me/password")
        {
            AddHeader(operation, "Idempotency-Key", "The same command with the same key has one effect and one answer, for seven days. At most 100 characters.");
        }

        if (path is "/api/trades/{id}/{move}" || (path is "/api/listings/{id}" && method != HttpMethods.Get))
        {
            AddHeader(operation, "If-Match", "The revision that was seen; refused as stale when it is another by now.");
        }
    }

    /// <summary>What a number in a query is in the document; null for everything else.</summary>
    private static (JsonSchemaType Type, string Format)? NumberIs(Type type) =>
        type == typeof(WholeNumber) ? (JsonSchemaType.Integer, "int64") : type == typeof(DecimalNumber) ? (JsonSchemaType.Number, "double") : null;

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument? document) => new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };

    private static void AddHeader(OpenApiOperation operation, string name, string description)
    {
        operation.Parameters ??= [];
        if (!operation.Parameters.Any(parameter => parameter.Name == name))
        {
            operation.Parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Header, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        }
    }

    private static void SayWhatAllShare(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Jangteo 장터",
            Version = typeof(ApiDocument).Assembly.GetName().Version!.ToString(3),
            Description =
                """
                Ids are UUIDs, times UTC with milliseconds, money whole numbers of the currency's smallest unit. Labels and sentences come in the language of
                Accept-Language (en, ko). Lists are {items, next}, newest first; next is the cursor of the next page, or null.
                Errors are problem documents (RFC 9457) with a code for programs and a title for people. Every response has an
                X-Correlation-Id.
                """,
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The token of POST /api/session." },
            [Cookie] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = Sessions.Cookie,
                Description = "Set by POST /api/session. On anything but GET it counts only with an Origin that is this server's own.",
            },
        };
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[Problem] = ProblemSchema(document);
    }

    private static OpenApiSchema ProblemSchema(OpenApiDocument document)
    {
        var properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "A sentence for people, in their language." },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            ["code"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = Statuses(),
                Enum = [.. Refusals.Status.Keys.Order(StringComparer.Ordinal).Select(code => (JsonNode)JsonValue.Create(code))],
            },
            ["detail"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "What is wrong in particular: a sentence in the language of the title.",
            },
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "For malformed by JSON path or parameter, for invalid by field.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        };
        properties["price"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Description = "For price-changed: the price as it now is." };
        properties["left"] =
            new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "For sold-out: how many can still be had." };
        AddFact("trade", "TradeView", "The trade as it now is; for already-asked the id of the open one.");
        AddFact("listing", "ListingAnswer", "The listing as it now is, or the draft that is kept.");
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = properties,
            Required = new HashSet<string> { "type", "title", "status", "code" },
            AdditionalPropertiesAllowed = false,
        };

        void AddFact(string name, string schema, string description)
        {
            if (document.Components!.Schemas!.ContainsKey(schema))
            {
                properties[name] = new OpenApiSchema
                {
                    Description = description,
                    OneOf = [new OpenApiSchemaReference(schema, document), new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" }],
                };
            }
        }
    }

    /// <summary>The part of a route's parameter that the document does not show: {id:guid} is {id}.</summary>
    [GeneratedRegex(@":[^}/]+(?=\})")]
    private static partial Regex Constraint();

    private static string Statuses() => string.Join(
        "; ", Refusals.Status.GroupBy(code => code.Value).OrderBy(group => group.Key)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key}: {string.Join(", ", group.Select(code => code.Key).Order(StringComparer.Ordinal))}")));
}
