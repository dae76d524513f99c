/** Python code with which `mlflow.pyfunc` and `mlflow models serve` run model.onnx; the same for every model. */
export const mlflowCode: string = `"""Runs model.onnx for mlflow.pyfunc and "mlflow models serve": takes windows, returns named classes."""

import json
import warnings

import onnxruntime
import pandas
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

# The signature in MLmodel gives the types.
warnings.filterwarnings("ignore", ".*Add type hints to the \`predict\` method")


class Classifier(PythonModel):
    def load_context(self, context):
        network = context.artifacts["network"]
        self.session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
        with open(context.artifacts["labels"], encoding="utf-8") as file:
            self.classes = json.load(file)["classes"]

    def predict(self, context, model_input, params=None):
        """Returns one row per window: the most probable class, and the probability of each class."""
        [probabilities] = self.session.run(["probabilities"], {"windows": model_input["windows"]})
        table = pandas.DataFrame(probabilities, columns=["p_" + name for name in self.classes])
        table.insert(0, "predicted", [self.classes[k] for k in probabilities.argmax(axis=1)])
        return table


set_model(Classifier())
`;
