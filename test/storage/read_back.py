# Reads the content of an MLflow server with MLflow's own client: one question per line on stdin, one answer per line on stdout.
import hashlib
import json
import pathlib
import sys
import tempfile
import traceback

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities import ViewType

client = MlflowClient(sys.argv[1])
answers = sys.stdout
sys.stdout = sys.stderr


def hashes(root, prefix=""):
    # When MLflow's client downloads files, it adds a note about the registered model.
    files = sorted(path for path in pathlib.Path(root).rglob("*") if path.is_file() and path.name != "registered_model_meta")
    return {
        prefix + path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def artifacts(run):
    """Returns the run's artifacts, and those of its logged models under the model's name, as MLflow's page for the run shows
    them."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        if client.list_artifacts(run.info.run_id):
            found |= hashes(client.download_artifacts(run.info.run_id, "", folder))
    for output in run.outputs.model_outputs:
        name = client.get_logged_model(output.model_id).name
        with tempfile.TemporaryDirectory() as folder:
            uri = f"runs:/{run.info.run_id}/{name}"
            found |= hashes(download_artifacts(artifact_uri=uri, dst_path=folder), f"{name}/")
    return found


def logged_models(run):
    return [
        {
            "id": model.model_id,
            "name": model.name,
            "status": str(model.status),
            "sourceRunId": model.source_run_id,
            "metrics": {metric.key: metric.value for metric in model.metrics or []},
            "tags": model.tags,
        }
        for model in (client.get_logged_model(output.model_id) for output in run.outputs.model_outputs)
    ]


def one_run(run):
    history = {key: client.get_metric_history(run.info.run_id, key) for key in sorted(run.data.metrics)}
    return {
        "id": run.info.run_id,
        "name": run.info.run_name,
        "status": run.info.status,
        "start": run.info.start_time,
        "end": run.info.end_time,
        "params": run.data.params,
        "tags": run.data.tags,
        "metrics": {
            key: sorted([point.step, point.value, point.timestamp] for point in points)
            for key, points in history.items()
        },
        "inputs": [
            {
                "name": given.dataset.name,
                "digest": given.dataset.digest,
                "source": json.loads(given.dataset.source),
                "schema": json.loads(given.dataset.schema),
                "profile": json.loads(given.dataset.profile),
                "tags": {tag.key: tag.value for tag in given.tags},
            }
            for given in run.inputs.dataset_inputs
        ],
        "artifacts": artifacts(run),
        "loggedModels": logged_models(run),
    }


def everything(question):
    found = client.search_experiments(view_type=ViewType.ALL)
    wanted = question["experiments"] or [experiment.name for experiment in found]
    runs = {
        experiment.name: client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL, max_results=1000)
        for experiment in found
        if experiment.name in wanted
    }
    models = {}
    for model in client.search_registered_models():
        versions = client.search_model_versions(f"name='{model.name}'")
        models[model.name] = {
            "aliases": {key: str(value) for key, value in client.get_registered_model(model.name).aliases.items()},
            "versions": [
                {
                    "version": str(v.version),
                    "runId": v.run_id,
                    "status": v.status,
                    "description": v.description,
                    "tags": v.tags,
                }
                for v in versions
            ],
        }
    by_name = {name: sorted(map(one_run, own), key=lambda run: (run["start"], run["name"])) for name, own in runs.items()}
    return {"experiments": by_name, "models": models}


def predictions(question):
    import mlflow
    import numpy
    import onnxruntime

    windows = numpy.array(json.loads(pathlib.Path(question["windows"]).read_text()), dtype=numpy.float32)
    network = mlflow.onnx.load_model(question["model"])
    session = onnxruntime.InferenceSession(network.SerializeToString())
    [probabilities] = session.run(["probabilities"], {"windows": windows})
    model = mlflow.pyfunc.load_model(question["model"])
    table = model.predict({"windows": windows})
    classes = model.metadata.metadata["classes"]
    # What "mlflow models serve" answers to a request.
    from mlflow.pyfunc import scoring_server

    request = json.dumps({"inputs": {"windows": windows.tolist()}})
    schema = model.metadata.get_input_schema()
    response = scoring_server.invocations(request, "application/json", model, schema)
    return {
        "onnx": probabilities.ravel().tolist(),
        "pyfunc": table[["p_" + name for name in classes]].to_numpy().ravel().tolist(),
        "alone": model.predict(windows).equals(table),
        "predicted": table["predicted"].tolist(),
        "served": json.loads(response.response)["predictions"],
        "inputs": schema.input_names(),
        "outputs": model.metadata.get_output_schema().input_names(),
        "metadata": model.metadata.metadata,
    }


def table(question):
    run = client.get_run(question["runId"])
    frame = client.load_table(run.info.experiment_id, question["file"], [question["runId"]])
    return {"columns": list(frame.columns), "rows": json.loads(frame.to_json(orient="values"))}


def delete_experiment(question):
    client.delete_experiment(client.get_experiment_by_name(question["name"]).experiment_id)


actions = {"everything": everything, "predictions": predictions, "table": table, "delete experiment": delete_experiment}
for line in sys.stdin:
    try:
        answer = actions[json.loads(line)["do"]](json.loads(line))
    except Exception:
        answer = {"error": traceback.format_exc()}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
